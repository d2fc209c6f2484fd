package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Where everything of a program lies: steps, constants, strings, blocks, and behind them what starts as zeros.
 *
 * <p>A step is {@value #STEP_SIZE} bytes: {u32 call number, u32 tolerated errno, u64 operand[6], u64 result, u64 ifPositive,
 * u64 ifZero, u64 ifError}; operands and result are addresses of cells, edges are addresses of steps.
 */
final class ProgramMemory {
    /** Where it begins; on pages that {@link ElfImage} has for nothing else, however large pages are. */
    static final long BASE = 0x501000;

    static final int STEP_SIZE = 88;

    static final int TOLERATED = 4;
    static final int OPERANDS = 8;
    static final int RESULT = 56;
    static final int IF_POSITIVE = 64;
    static final int IF_ZERO = 72;
    static final int IF_ERROR = 80;

    private static final int ALIGNMENT = 16;

    private final Map<Operand, Long> pool = new LinkedHashMap<>();
    private final Map<String, Long> strings = new LinkedHashMap<>();
    private final IdentityHashMap<Block, Long> addresses = new IdentityHashMap<>();
    private final List<Step> steps;
    private final byte[] bytes;
    private final long size;
    private final long failure;
    private final long discard;

    ProgramMemory(List<Step> steps, List<Block> blocks, Block failureBlock) {
        this.steps = steps;
        long next = BASE + (long) STEP_SIZE * steps.size();
        discard = next;
        next += Cell.SIZE;
        Operand nothing = new Operand.Constant(0);
        pool.put(nothing, next);
        next += Cell.SIZE;
        for (Step step : steps) {
            for (Operand operand : step.operands()) {
                if (!(operand instanceof Cell) && !pool.containsKey(operand)) {
                    pool.put(operand, next);
                    next += Cell.SIZE;
                }
            }
        }
        for (Operand operand : pool.keySet()) {
            next = placeString(operand, next);
        }
        for (Block block : blocks) {
            for (Operand pointer : block.pointers().values()) {
                next = placeString(pointer, next);
            }
        }
        next = place(blocks, false, next);
        long initialised = next;
        size = place(blocks, true, next) - BASE;
        failure = addressOf(failureBlock);
        bytes = new byte[Math.toIntExact(initialised - BASE)];
        fill(blocks);
    }

    long addressOf(Block block) {
        Long address = addresses.get(block);
        if (address == null) {
            throw new IllegalArgumentException("block \"" + block.name() + "\" belongs to another program");
        }
        return address;
    }

    /** Address of the pair that the interpreter fills after an error. */
    long failure() {
        return failure;
    }

    /** Bytes that the program needs in memory, zeros included. */
    long size() {
        return size;
    }

    static long stepAddress(int index) {
        return Program.addressOf(index);
    }

    /** The memory's first bytes, what follows is zero; call numbers are those of one architecture. */
    byte[] image(ToIntFunction<Syscall> numbers) {
        byte[] image = bytes.clone();
        ByteBuffer buffer = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        for (Step step : steps) {
            buffer.putInt(step.index() * STEP_SIZE, numbers.applyAsInt(step.call()));
        }
        return image;
    }

    private long placeString(Operand operand, long next) {
        if (!(operand instanceof Operand.Text text) || strings.containsKey(text.text())) {
            return next;
        }
        strings.put(text.text(), next);
        return next + ProgramBuilder.cString(text.text()).length;
    }

    /** A cell may be read as 64 bits where the kernel wrote 32: some bytes stay free behind each block. */
    private long place(List<Block> blocks, boolean zeros, long start) {
        long next = start;
        for (Block block : blocks) {
            if (block.startsAsZeros() == zeros) {
                next = (next + ALIGNMENT - 1) & -ALIGNMENT;
                addresses.put(block, next);
                next += block.size() + Cell.SIZE;
            }
        }
        return next;
    }

    private void fill(List<Block> blocks) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        pool.forEach((operand, address) -> buffer.putLong(offset(address), value(operand)));
        strings.forEach((text, address) -> buffer.put(offset(address), ProgramBuilder.cString(text)));
        for (Block block : blocks) {
            if (!block.startsAsZeros()) {
                int start = offset(addressOf(block));
                buffer.put(start, block.copyOfContents());
                block.pointers().forEach((at, target) -> buffer.putLong(start + at, value(target)));
            }
        }
        for (Step step : steps) {
            fill(buffer, step);
        }
    }

    private void fill(ByteBuffer buffer, Step step) {
        int start = step.index() * STEP_SIZE;
        buffer.putInt(start + TOLERATED, step.tolerated().map(Errno::number).orElse(0));
        for (int i = 0; i < Step.MAXIMUM_OPERANDS; i++) {
            Operand operand = i < step.operands().size() ? step.operands().get(i) : new Operand.Constant(0);
            buffer.putLong(start + OPERANDS + i * Cell.SIZE, cellOf(operand));
        }
        buffer.putLong(start + RESULT, step.result().map(this::cellOf).orElse(discard));
        buffer.putLong(start + IF_POSITIVE, stepAddress(step.ifPositive()));
        buffer.putLong(start + IF_ZERO, stepAddress(step.ifZero()));
        buffer.putLong(start + IF_ERROR, stepAddress(step.ifError()));
    }

    private long cellOf(Operand operand) {
        if (operand instanceof Cell cell) {
            return addressOf(cell.block()) + cell.offset();
        }
        Long address = pool.get(operand);
        if (address == null) {
            throw new AssertionError("operand " + operand.describe() + " has no cell");
        }
        return address;
    }

    private long value(Operand operand) {
        return switch (operand) {
            case Operand.Constant constant -> constant.value();
            case Operand.Address address -> addressOf(address.block()) + address.offset();
            case Operand.Text text -> stringAddress(text.text());
            case Cell cell -> throw new AssertionError("cell " + cell.describe() + " has its value at run time only");
        };
    }

    private long stringAddress(String text) {
        Long address = strings.get(text);
        if (address == null) {
            throw new AssertionError("string \"" + text + "\" has no address");
        }
        return address;
    }

    private static int offset(long address) {
        return Math.toIntExact(address - BASE);
    }
}
