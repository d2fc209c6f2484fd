package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.migration.recovery.Side;
import dev.ferry.testing.LinkProxy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Two engines to which everything happens. When something is wrong afterwards, the next one gets new ones. */
final class CrashRig {
    private final Path home;
    private final Disks disks;
    private final String[] options;
    private static final List<String> SIDES = List.of("a", "b");
    private static final String SMALL = "160m";
    private int number;
    private @Nullable MigrationHouse house;
    private final List<Recovery> recoveries = new ArrayList<>();

    /** Longer ones are told by name. */
    private static final Duration WANTED = Duration.ofSeconds(2);

    private record Recovery(String what, Duration took) {}

    /** What the engines' roots lie on. */
    enum Disks {
        /** The one of the test. */
        SHARED,
        /** A small one each. */
        SMALL
    }

    CrashRig(Path home, Disks disks, String... options) {
        this.home = home;
        this.disks = disks;
        this.options = options;
    }

    MigrationHouse house() throws Exception {
        MigrationHouse present = house;
        if (present == null) {
            number++;
            Path place = Files.createDirectories(home.resolve(Integer.toString(number)));
            if (disks == Disks.SMALL) {
                for (String side : SIDES) {
                    mount("mount", "-t", "tmpfs", "-o", "size=" + SMALL, "ferry-crash", directory(place, side));
                }
            }
            present = new MigrationHouse(place, options).withBusybox();
            house = present;
        }
        return present;
    }

    private static String directory(Path place, String side) throws IOException {
        return Files.createDirectories(place.resolve(side)).toString();
    }

    private static void mount(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + text);
        }
    }

    /** What is done at a point, and may be different each time. */
    interface Blow {
        void fall(MigrationHouse house, String container) throws Exception;
    }

    /** Lets it happen, and looks what came of it. */
    void strike(CrashPoint point) throws Exception {
        run(point.toString(), point.point(), (present, id) -> fall(point, present, id), point.mayEndContainer());
    }

    void run(CrashPoint.Point point, Blow blow, boolean mayEnd) throws Exception {
        run(point.toString(), point, blow, mayEnd);
    }

    private void run(String what, CrashPoint.Point point, Blow blow, boolean mayEnd) throws Exception {
        survive(
                what,
                (present, id) -> {
                    comeTo(present, point, id);
                    blow.fall(present, id);
                },
                mayEnd);
    }

    /** One job, something that happens to it, and a look at what is left of both. */
    private void survive(String what, Blow blow, boolean mayEnd) throws Exception {
        MigrationHouse present = house();
        try {
            CheckpointHouse.Job job = present.a.start(CheckpointHouse.JOB);
            job.requireCountsOn();
            blow.fall(present, job.id);
            heal(present);
            long healed = System.nanoTime();
            settle(present, job.id, mayEnd);
            recoveries.add(new Recovery(what, Duration.ofNanos(System.nanoTime() - healed)));
            requireOne(present, job.id, mayEnd);
        } catch (Exception | AssertionError e) {
            AssertionError failure = new AssertionError(
                    what + ": " + e.getMessage() + "\nsource " + tail(present.a) + "\ntarget " + tail(present.b), e);
            renew(failure);
            throw failure;
        }
    }

    /** The engine of a side dies before its n-th step of a migration, and perhaps the other with it. */
    void dieBefore(Side side, int step, boolean both) throws Exception {
        survive(
                "before step " + step + " of the " + side,
                (present, id) -> {
                    CheckpointHouse dying = side == Side.SOURCE ? present.a : present.b;
                    dying.dieBefore(step);
                    try {
                        begin(present, id);
                    } catch (IOException e) {
                        // that engine died
                    }
                    CheckpointHouse.await("the death of an engine", () -> !dying.isAlive());
                    assertThat(dying.died()).as("it had so many steps").isPresent();
                    if (both) {
                        present.a.killApart();
                        present.b.killApart();
                    }
                },
                false);
    }

    /** The record was being written when the host lost its power: it is there by half. */
    void tear(CrashPoint.Point point) throws Exception {
        run(
                point,
                (present, id) -> {
                    CheckpointHouse side = sideOf(present, point);
                    side.killApart();
                    cutLastEntry(side.home.resolve("root/journal"));
                },
                false);
    }

    private static CheckpointHouse sideOf(MigrationHouse present, CrashPoint.Point point) {
        return point.side() == Side.SOURCE ? present.a : present.b;
    }

    private static void cutLastEntry(Path journal) throws IOException {
        Path newest;
        try (Stream<Path> all = Files.list(journal)) {
            newest = all.filter(file -> file.toString().endsWith(".journal"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(newest);
        int last = bytes.length - 1;
        while (!new String(bytes, last, Math.min(4, bytes.length - last), StandardCharsets.ISO_8859_1).equals("FRYJ")) {
            last--;
        }
        Files.write(newest, Arrays.copyOf(bytes, (last + bytes.length) / 2));
    }

    /** The disk of a side has no room any more, until both engines have done what they can. */
    void fill(CrashPoint.Point point) throws Exception {
        run(
                point,
                (present, id) -> {
                    CheckpointHouse side = sideOf(present, point);
                    Path ballast = side.home.resolve("ballast");
                    fill(ballast);
                    MigrationHouse.goOn(present.a);
                    MigrationHouse.goOn(present.b);
                    CheckpointHouse.await("an end or a doubt", () -> isKnown(present.a, id) && isKnown(present.b, id));
                    Files.delete(ballast);
                },
                false);
    }

    /** The link is in trouble until both engines have done what they can. */
    void part(CrashPoint.Point point, LinkProxy.Trouble trouble) throws Exception {
        run(
                point,
                (present, id) -> {
                    present.toA.strike(trouble);
                    present.toB.strike(trouble);
                    MigrationHouse.goOn(present.a);
                    MigrationHouse.goOn(present.b);
                    CheckpointHouse.await("an end or a doubt", () -> isKnown(present.a, id) && isKnown(present.b, id));
                },
                false);
    }

    private static void fill(Path ballast) throws IOException {
        byte[] piece = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException full) {
            // as it should be
        }
    }

    /** Over, or in doubt, or waiting for something. */
    private static boolean isKnown(CheckpointHouse where, String id) throws IOException {
        return where.client.migrations().list().stream()
                .filter(detail -> detail.container().equals(id))
                .noneMatch(
                        detail -> detail.outcome().isEmpty() && detail.error().isEmpty());
    }

    /** What the engine of a side does in a migration that nothing happens to, in steps. */
    Map<Side, List<String>> steps() throws Exception {
        Map<Side, List<String>> found = new EnumMap<>(Side.class);
        survive(
                "a migration without trouble",
                (present, id) -> {
                    present.a.dieBefore(Integer.MAX_VALUE);
                    present.b.dieBefore(Integer.MAX_VALUE);
                    begin(present, id);
                    settle(present, id, false);
                    found.put(Side.SOURCE, present.a.livedOn());
                    found.put(Side.TARGET, present.b.livedOn());
                },
                false);
        return found;
    }

    /** Begins a migration and returns when it stands still at that point. */
    private static void comeTo(MigrationHouse present, CrashPoint.Point point, String id) throws Exception {
        CheckpointHouse halting = point.side() == Side.SOURCE ? present.a : present.b;
        switch (point.way()) {
            case MOVES -> {
                MigrationHouse.haltBefore(halting, point.step());
                begin(present, id);
            }
            case CALLED_OFF -> {
                String migration = beginTo(present, id, "before source FROZEN");
                present.a.client.migrations().cancel(migration);
                redirect(present, halting, point.step());
            }
            case REFUSED_LATE -> refuseLate(present, halting, point, id);
        }
        awaitHalt(present, halting, point.step(), id);
    }

    private static void awaitHalt(MigrationHouse present, CheckpointHouse halting, String step, String id)
            throws Exception {
        CheckpointHouse.await(step, () -> {
            if (MigrationHouse.isHalted(halting)) {
                return true;
            }
            for (MigrationDetail detail : present.a.client.migrations().list()) {
                if (detail.container().equals(id) && detail.outcome().equals("moved")) {
                    throw new AssertionError("it moved, and never came to " + step);
                }
                if (detail.container().equals(id)
                        && detail.outcome().equals("failed")
                        && !step.contains("ABANDONED")
                        && !step.contains("DISCARDED")) {
                    throw new AssertionError("it failed: " + detail.error());
                }
            }
            return false;
        });
    }

    private static void refuseLate(MigrationHouse present, CheckpointHouse halting, CrashPoint.Point point, String id)
            throws Exception {
        String migration = beginTo(present, id, "before source HANDED_OVER");
        if (point.side() == Side.TARGET) {
            MigrationHouse.haltBefore(present.b, point.step());
        }
        Thread cancelling = Thread.ofPlatform().start(() -> {
            try {
                present.b.client.migrations().cancel(migration);
            } catch (IOException e) {
                // its engine may be about to die
            }
        });
        if (point.side() == Side.SOURCE) {
            cancelling.join();
            redirect(present, halting, point.step());
        }
    }

    private static String begin(MigrationHouse present, String id) throws IOException {
        return present.a
                .client
                .migrations()
                .begin(MigrationHouse.request(id, "b"))
                .id();
    }

    private static String beginTo(MigrationHouse present, String id, String step) throws Exception {
        MigrationHouse.haltBefore(present.a, step);
        String migration = begin(present, id);
        awaitHalt(present, present.a, step, id);
        return migration;
    }

    /** Lets the source go on, and one of the two halt elsewhere. */
    private static void redirect(MigrationHouse present, CheckpointHouse halting, String step) throws IOException {
        MigrationHouse.haltBefore(halting, step);
        if (halting != present.a) {
            MigrationHouse.goOn(present.a);
        }
    }

    private static void fall(CrashPoint point, MigrationHouse present, String id) throws Exception {
        if (point.strike().isApart()) {
            part(present);
        }
        if (point.strike().hits(Side.SOURCE)) {
            present.a.killApart();
        }
        if (point.strike().hits(Side.TARGET)) {
            present.b.killApart();
        }
        switch (point.strike()) {
            case SOURCE_CRIU -> kill(present.a.job(id).criu());
            case TARGET_CRIU -> kill(present.b.job(id).criu());
            case SOURCE_MONITOR -> kill(present.a.job(id).monitor());
            case TARGET_MONITOR -> kill(present.b.job(id).monitor());
            case WIRE -> {
                present.toA.strike(LinkProxy.Trouble.CUT);
                present.toB.strike(LinkProxy.Trouble.CUT);
            }
            case SOURCE_ENGINE, TARGET_ENGINE, BOTH_ENGINES, SOURCE_ENGINE_APART, TARGET_ENGINE_APART -> {}
        }
        MigrationHouse.goOn(present.a);
        MigrationHouse.goOn(present.b);
        if (point.strike().isApart()) {
            CheckpointHouse lonely = point.strike().hits(Side.SOURCE) ? present.a : present.b;
            lonely.startApart();
        }
    }

    private static void part(MigrationHouse present) {
        present.toA.strike(LinkProxy.Trouble.REFUSE);
        present.toB.strike(LinkProxy.Trouble.REFUSE);
    }

    static void kill(int pid) {
        assertThat(ProcessHandle.of(pid)).as("the process to strike").get().matches(ProcessHandle::destroyForcibly);
    }

    /** Everything is there again: what is not well now must become so by itself. */
    static void heal(MigrationHouse present) throws Exception {
        present.toA.heal();
        present.toB.heal();
        MigrationHouse.goOn(present.a);
        MigrationHouse.goOn(present.b);
        for (CheckpointHouse each : List.of(present.a, present.b)) {
            if (!each.isAlive()) {
                each.startApart();
            }
        }
    }

    /** Until both know how it ended. */
    private static void settle(MigrationHouse present, String id, boolean mayEnd) throws Exception {
        CheckpointHouse.await(
                "an end of what happened to " + id,
                () -> isOver(present.a, id)
                        && isOver(present.b, id)
                        && whereItIs(present, id).size() == 1
                        && (mayEnd || present.runningAt(id).size() == 1));
    }

    private static boolean isOver(CheckpointHouse where, String id) throws IOException {
        return where.client.migrations().list().stream()
                .filter(detail -> detail.container().equals(id))
                .noneMatch(detail -> detail.ended().isEmpty());
    }

    private static List<CheckpointHouse> whereItIs(MigrationHouse present, String id) throws IOException {
        List<CheckpointHouse> at = new ArrayList<>();
        for (CheckpointHouse each : List.of(present.a, present.b)) {
            if (each.client.containers().list(true, Map.of()).stream()
                    .anyMatch(container -> container.id().equals(id))) {
                at.add(each);
            }
        }
        return at;
    }

    private void requireOne(MigrationHouse present, String id, boolean mayEnd) throws Exception {
        CheckpointHouse winner = whereItIs(present, id).getFirst();
        CheckpointHouse loser = winner == present.a ? present.b : present.a;
        CheckpointHouse.Job job = winner.job(id);
        // what is over is said before the last file is gone
        for (CheckpointHouse each : List.of(winner, loser)) {
            CheckpointHouse.await("no files of migrations", () -> isEmpty(each.home.resolve("root/migrations")));
        }
        MigrationHouse.requireClean(loser, id);
        if (mayEnd && job.status().equals("exited")) {
            job.requireCounted();
            assertThat(winner.inits()).isEmpty();
        } else {
            job.requireCountsOn();
            assertThat(winner.inits()).containsExactly(job.pid());
            CheckpointHouse.await(
                    "one process, its monitor", () -> winner.holders().size() == 1);
        }
        winner.client.containers().remove(id, true, true);
        MigrationHouse.requireClean(winner, id);
        for (CheckpointHouse each : List.of(present.a, present.b)) {
            assertThat(each.mounts()).hasSize(disks == Disks.SMALL ? 1 : 0);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.findAny().isEmpty();
        }
    }

    private static String tail(CheckpointHouse each) throws IOException {
        List<String> lines = Files.readAllLines(each.engineLog());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
    }

    /** The next one gets engines that nothing has happened to; what cannot be cleaned up here is part of the failure. */
    private void renew(AssertionError failure) {
        MigrationHouse present = house;
        try {
            if (present != null) {
                heal(present);
            }
            end();
        } catch (Exception | AssertionError e) {
            failure.addSuppressed(e);
        }
    }

    /** How long it took from the end of the trouble, a start of engines included, to one copy that runs. */
    void report() {
        if (!recoveries.isEmpty()) {
            recoveries.sort(Comparator.comparing(Recovery::took));
            System.out.printf(
                    "%d crashes; from both engines up to one copy: median %d ms, most %d ms%n",
                    recoveries.size(),
                    recoveries.get(recoveries.size() / 2).took().toMillis(),
                    recoveries.getLast().took().toMillis());
            recoveries.stream()
                    .filter(each -> each.took().compareTo(WANTED) > 0)
                    .forEach(each ->
                            System.out.printf("  %d ms: %s%n", each.took().toMillis(), each.what()));
        }
    }

    void end() throws Exception {
        MigrationHouse present = house;
        house = null;
        if (present == null) {
            return;
        }
        present.end();
        if (disks == Disks.SMALL) {
            for (String side : SIDES) {
                mount(
                        "umount",
                        home.resolve(Integer.toString(number)).resolve(side).toString());
            }
        }
    }
}
