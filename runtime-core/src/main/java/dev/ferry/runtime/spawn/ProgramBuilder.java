package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.abi.Fcntl;
import dev.ferry.runtime.linux.abi.Syscall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a program step by step.
 *
 * <p>Words: a <i>step</i> is one system call; a <i>cell</i> keeps a result for later steps; a <i>block</i> is memory that the
 * kernel reads or fills; a <i>label</i> is where edges lead to; a <i>stage</i> is a named part, for listings and timings.
 * After a step comes the next one written, unless an edge says otherwise; after an error comes the region's failure edge,
 * which by default writes {step, -errno} to the status descriptor and exits with 127.
 *
 * {@snippet :
 * ProgramBuilder p = new ProgramBuilder("example", ProgramBuilder.STATUS);
 * Block pipe = p.block("pipe", 8);
 * Cell child = p.cell("child");
 * Label inChild = p.label("child");
 * p.call("make the pipe", PIPE2, pipe, OpenFlags.O_CLOEXEC);
 * p.call("fork", CLONE3, cloneArguments, cloneArguments.size()).to(child).ifZero(inChild);
 * p.call("wait", WAIT4, child, status, 0, 0);
 * p.exit(0);
 * p.at(inChild);
 * p.call("exec", EXECVE, "/bin/true", p.strings(List.of("true")), p.strings(List.of()));
 * }
 *
 * <p>Not for use by several threads. A builder builds one program.
 */
public final class ProgramBuilder {
    /** The number that the status pipe usually has in the child. */
    public static final int STATUS = 3;

    /** Exit code of a program that failed and reported it. */
    public static final int FAILED = 127;

    static final long STAMPS_MAGIC = 0x53504d4154532121L;
    static final int MAXIMUM_STAGES = 128;
    private static final int CLOCK_MONOTONIC = 1;

    private final String name;
    private final int statusFd;
    private final boolean profiled;
    private final List<StepDraft> drafts = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<Label> labels = new ArrayList<>();
    private final List<String> stages = new ArrayList<>();
    private final Map<List<String>, Block> vectors = new HashMap<>();
    private final Block failure;
    private final Block stamps;
    private final Label report;
    private Label failTo;
    private String stage = "";
    private boolean reportUsed;
    private boolean built;

    /** A program that reports its failures at descriptor {@code statusFd}. */
    public ProgramBuilder(String name, int statusFd) {
        this(name, statusFd, false);
    }

    /** As above; a profiled program also takes the time at the beginning of each stage, see {@link #writeStamps}. */
    public ProgramBuilder(String name, int statusFd, boolean profiled) {
        this.name = name;
        this.statusFd = statusFd;
        this.profiled = profiled;
        this.failure = block("failure", 2 * Cell.SIZE);
        this.stamps = new Block("stamps", 2 * Cell.SIZE * (MAXIMUM_STAGES + 1));
        this.report = new Label("report the failure");
        this.failTo = report;
    }

    /** A new cell, zero at first. */
    public Cell cell(String name) {
        return block(name, Cell.SIZE).cell(0);
    }

    /** A new cell with a value. */
    public Cell cell(String name, long value) {
        return block(name, Cell.SIZE).putLong(0, value).cell(0);
    }

    /** A new block of zeros. */
    public Block block(String name, int size) {
        Block block = new Block(name, size);
        blocks.add(block);
        return block;
    }

    /** A new block with contents. */
    public Block block(String name, byte[] contents) {
        return block(name, contents.length).putBytes(0, contents);
    }

    /** Addresses of C strings, closed by a null pointer: what execve(2) takes as arguments and as environment. */
    public Block strings(List<String> strings) {
        return vectors.computeIfAbsent(List.copyOf(strings), list -> {
            Block vector = block(list.isEmpty() ? "none" : list.getFirst() + "...", Cell.SIZE * (list.size() + 1));
            for (int i = 0; i < list.size(); i++) {
                vector.putAddress(i * Cell.SIZE, list.get(i));
            }
            return vector;
        });
    }

    /** A new label, to be placed by {@link #at}. */
    public Label label(String name) {
        Label label = new Label(name);
        labels.add(label);
        return label;
    }

    /** Places a label at the step that is written next. */
    public void at(Label label) {
        label.place(drafts.size());
    }

    /** Begins a stage: in a profiled program the time is taken here. */
    public void stage(String name) {
        stage = name;
        if (profiled) {
            if (stages.size() == MAXIMUM_STAGES) {
                throw new IllegalStateException("a program has at most " + MAXIMUM_STAGES + " stages");
            }
            stages.add(name);
            Operand.Address stamp = stamps.address(2 * Cell.SIZE * stages.size());
            call("take the time", Syscall.CLOCK_GETTIME, CLOCK_MONOTONIC, stamp);
        }
    }

    /**
     * In a profiled program: writes the times of all stages so far to a descriptor, where {@link StatusPipe} reads them; in
     * others nothing. Meant to stand right before execve(2), which ends the memory that they are kept in.
     */
    public void writeStamps(int fd) {
        if (profiled) {
            stamps.putLong(0, STAMPS_MAGIC).putLong(Cell.SIZE, stages.size());
            call("write the times", Syscall.WRITE, fd, stamps, 2 * Cell.SIZE * (stages.size() + 1));
        }
    }

    /**
     * Appends a step.
     *
     * @param label what it does, in words for people
     * @param operands at most six: a number, a {@link String} (its address as a C string), a {@link Cell} (its value), a
     *     {@link Block} (its address), or an {@link Operand} (such as {@code cell.address()})
     */
    public StepDraft call(String label, Syscall call, Object... operands) {
        if (operands.length > Step.MAXIMUM_OPERANDS) {
            throw new IllegalArgumentException(
                    "step \"" + label + "\" has " + operands.length + " operands, a system call takes six at most");
        }
        List<Operand> list = new ArrayList<>(operands.length);
        for (Object operand : operands) {
            list.add(operand(label, operand));
        }
        reportUsed |= failTo.equals(report);
        StepDraft draft = new StepDraft(drafts.size(), label, stage, call, list, failTo);
        drafts.add(draft);
        return draft;
    }

    /** Goes on at a label. A step that can not fail stands in for the jump that the interpreter does not have. */
    public void jump(Label label) {
        call("go on at " + label.name(), Syscall.GETPID).then(label);
    }

    /** Closes a descriptor when execve(2) succeeds: the end of file at the other end says so. fcntl(2) */
    public void closeOnExec(int fd) {
        call("close descriptor " + fd + " on exec", Syscall.FCNTL, fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
    }

    /** Ends the process with a code from 0 to 255. exit_group(2) */
    public void exit(int code) {
        call("exit with " + code, Syscall.EXIT_GROUP, code);
    }

    /**
     * Sends a message of two words to the engine: {@code word} says which, in {@code [1, 4095]}, and the cell's value goes
     * with it. {@link StatusPipe} reads it as {@link StatusReport.Message}.
     */
    public StepDraft message(String label, int fd, int word, Cell value) {
        if (word < 1 || word > StatusReport.Message.MAXIMUM_WORD) {
            throw new IllegalArgumentException("not a message word: " + word);
        }
        Block vector = block(label, 4 * Cell.SIZE);
        Cell tag = cell(label + " word", word);
        vector.putAddress(0, tag.address()).putLong(8, Cell.SIZE);
        vector.putAddress(16, value.address()).putLong(24, Cell.SIZE);
        return call(label, Syscall.WRITEV, fd, vector, 2);
    }

    /**
     * Where the interpreter leaves {address of the step, -errno} of the last error that was not tolerated; for failure edges
     * of your own. {@link Program#blame(byte[])} understands the 16 bytes.
     */
    public Block failure() {
        return failure;
    }

    /** The edge that steps written from here on take after an error; {@link #reportFailure()} at first. */
    public void failTo(Label label) {
        failTo = label;
    }

    /** The default failure edge: write {step, -errno} to the status descriptor, exit with 127. */
    public Label reportFailure() {
        reportUsed = true;
        return report;
    }

    /** The failure edge of the region being written. */
    public Label failureEdge() {
        reportUsed |= failTo.equals(report);
        return failTo;
    }

    /** Number of steps written so far. */
    public int size() {
        return drafts.size();
    }

    /**
     * Finishes the program.
     *
     * @throws IllegalStateException when a label that is led to or was made is placed nowhere, or when the last step could
     *     run on into nothing
     */
    public Program build() {
        if (built) {
            throw new IllegalStateException("program \"" + name + "\" is built already");
        }
        built = true;
        if (profiled) {
            blocks.add(stamps);
        }
        if (reportUsed) {
            appendReport();
        }
        for (Label label : labels) {
            if (label.index() == Label.UNPLACED) {
                throw new IllegalStateException("label \"" + label.name() + "\" is placed nowhere");
            }
        }
        List<Step> steps = drafts.stream().map(StepDraft::finish).toList();
        return new Program(name, statusFd, steps, new ProgramMemory(steps, blocks, failure), stages);
    }

    /** Its own last step leads to itself after an error, which exit_group(2) does not have. */
    private void appendReport() {
        stage = "failure";
        at(report);
        failTo = label("exit after the report");
        call("report the failure", Syscall.WRITE, statusFd, failure, failure.size());
        at(failTo);
        exit(FAILED);
    }

    private static Operand operand(String label, Object operand) {
        // no switch: a pattern switch is made at its first use, which a process that lives once notices
        if (operand instanceof Operand typed) {
            return typed;
        }
        if (operand instanceof Block block) {
            return block.address(0);
        }
        if (operand instanceof String text) {
            return new Operand.Text(text);
        }
        if (operand instanceof Integer || operand instanceof Long) {
            return new Operand.Constant(((Number) operand).longValue());
        }
        throw new IllegalArgumentException(
                "step \"" + label + "\": not an operand: " + operand.getClass().getSimpleName());
    }

    static byte[] cString(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] terminated = new byte[bytes.length + 1];
        System.arraycopy(bytes, 0, terminated, 0, bytes.length);
        return terminated;
    }
}
