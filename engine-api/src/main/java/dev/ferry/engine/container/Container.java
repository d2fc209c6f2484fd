package dev.ferry.engine.container;

import dev.ferry.api.model.container.Health;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.state.StateFile;
import dev.ferry.runtime.container.ContainerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container as the engine holds it: its record, its lane, and the handle on its processes while it has some.
 *
 * <p>Reading is free for every thread; {@link #write} and {@link #hold} belong to the lane.
 */
public final class Container {

    private static final Logger LOG = LoggerFactory.getLogger(Container.class);

    /** The name of the record inside the container's directory. */
    public static final String RECORD = "container.json";

    private final ContainerId id;
    private final Path directory;
    private final Lane lane;
    private final StateFile<ContainerRecord> file;

    private volatile ContainerRecord record;
    private volatile @Nullable ContainerProcess process;
    private volatile @Nullable Health health;
    private volatile boolean outOfMemory;

    /** Guards exits and removed, and wakes those who wait for a change of them. Innermost; nothing is called while it is held. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private int exits;
    private int lastCode;
    private boolean removed;

    /** Whether the disk has an older record than memory; the lane's. */
    private boolean unwritten;

    /** How long the restart policy waits next; the lane's. */
    private long backoffMillis;

    /** A container whose record is already on disk, or will be by {@link #write}. */
    public Container(Path directory, Lane lane, ContainerRecord record) {
        this.id = record.id();
        this.directory = directory;
        this.lane = lane;
        this.record = record;
        this.file = file(directory);
    }

    /** The record of the container in that directory. */
    static StateFile<ContainerRecord> file(Path directory) {
        return new StateFile<>(directory.resolve(RECORD), "container", ContainerRecord.VERSION, ContainerRecord.class);
    }

    /** Its name for ever. */
    public ContainerId id() {
        return id;
    }

    /** Everything the engine keeps of it. */
    public Path directory() {
        return directory;
    }

    /** The serial queue of its changes. */
    public Lane lane() {
        return lane;
    }

    /** What is written down of it. */
    public ContainerRecord record() {
        return record;
    }

    /** Shorthand for the record's state. */
    public Status status() {
        return record.status();
    }

    /** Where its output goes, over all incarnations. */
    public Path log() {
        return directory.resolve("log");
    }

    /** Where its checkpoints are unless somebody names another place. */
    public Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    /** The state of one incarnation. */
    public Path incarnation(int number) {
        return directory.resolve("incarnations").resolve(Integer.toString(number));
    }

    /** Its processes, null when there are none. */
    public @Nullable ContainerProcess process() {
        return process;
    }

    /** Whether the kernel has ended a process of the present incarnation for want of memory, as far as was heard. */
    public boolean outOfMemory() {
        return outOfMemory;
    }

    /** Notes that. Preconditions: on the lane. */
    void outOfMemory(boolean heard) {
        outOfMemory = heard;
    }

    /** What its check has found, null for one that has none or never ran. */
    public @Nullable Health health() {
        return health;
    }

    /** Notes what its check has found. Preconditions: on the lane. */
    public void health(Health found) {
        health = found;
    }

    /**
     * Its processes, for somebody who needs them.
     *
     * @throws Conflict if it is not running
     */
    public ContainerProcess requireProcess() {
        ContainerProcess now = process;
        if (now == null) {
            throw new Conflict("container.not-running", "container " + id + " is not running");
        }
        return now;
    }

    /** Takes a handle over, or lets go for null. Preconditions: on the lane. */
    public void hold(@Nullable ContainerProcess next) {
        ContainerProcess old = process;
        process = next;
        if (old != null && old != next) {
            old.close();
        }
        wake();
    }

    /**
     * Replaces the record, on disk first. Preconditions: on the lane, or nobody else knows the container yet.
     *
     * @throws Failed if the disk does not take it; the old record stays
     */
    public void write(ContainerRecord next) {
        try {
            file.write(next);
        } catch (IOException e) {
            throw new Failed("state.write", "cannot write the state of container \"" + id + "\": " + e.getMessage(), e);
        }
        unwritten = false;
        record = next;
        wake();
    }

    /**
     * The first record. A creation that is answered survives the engine; a power failure within seconds may undo it, and leaves no
     * half of it. Preconditions: nobody else knows the container yet.
     *
     * @throws Failed if the disk does not take it
     */
    void writeFirst() {
        try {
            file.replace(record);
        } catch (IOException e) {
            throw new Failed("state.write", "cannot write the state of container \"" + id + "\": " + e.getMessage(), e);
        }
    }

    /**
     * Replaces the record in memory only, by what a new engine would find out by itself from the incarnation's directory. Preconditions:
     * on the lane.
     */
    void assume(ContainerRecord next) {
        record = next;
        wake();
    }

    /**
     * As {@link #assume}, and brings it to the disk soon: behind what the lane does now, so that nobody waits for the disk.
     * Preconditions: on the lane.
     */
    void note(ContainerRecord next) {
        assume(next);
        unwritten = true;
        lane.post(() -> {
            if (unwritten) {
                settle(record);
            }
        });
    }

    /**
     * Replaces the record by what has happened already. If the disk does not take it, it is kept in memory: a new engine finds it
     * out again by itself. Preconditions: on the lane.
     */
    public void settle(ContainerRecord next) {
        try {
            write(next);
        } catch (Failed e) {
            LOG.warn("{}", e.getMessage());
            unwritten = false;
            assume(next);
        }
    }

    /** Tells those who wait that an incarnation has ended, or could not be started. */
    public void noteExit(int code) {
        lock.lock();
        try {
            exits++;
            lastCode = code;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Tells those who wait that it is gone. */
    void noteRemoved() {
        lock.lock();
        try {
            removed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The exit code that counts: of the last end, also while the container is being taken away. */
    int lastCode() {
        lock.lock();
        try {
            return exits > 0 ? lastCode : record.status().codeOrZero();
        } finally {
            lock.unlock();
        }
    }

    /** How many incarnations have ended since the engine knows it. */
    public int exits() {
        lock.lock();
        try {
            return exits;
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is gone. */
    public boolean isRemoved() {
        lock.lock();
        try {
            return removed;
        } finally {
            lock.unlock();
        }
    }

    /** Lets every waiter look again. */
    public void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the question is answered with yes, at most so long (negative: for ever). */
    boolean await(Question question, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        lock.lock();
        try {
            while (!question.isAnswered(exits, removed)) {
                if (millis < 0) {
                    changed.await();
                } else {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    if (changed.awaitNanos(left) <= 0 && !question.isAnswered(exits, removed)) {
                        return false;
                    }
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What a waiter waits for. Asked under the container's innermost lock: it only looks. */
    @FunctionalInterface
    interface Question {
        boolean isAnswered(int exits, boolean removed);
    }

    long nextBackoff(boolean ranLong) {
        backoffMillis = ranLong || backoffMillis == 0 ? 100 : Math.min(backoffMillis * 2, 60_000);
        return backoffMillis;
    }
}
