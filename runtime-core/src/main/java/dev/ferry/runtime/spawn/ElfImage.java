package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.abi.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A program as a static executable: one page of code that can not be written, one segment of memory that can not be executed.
 *
 * <p>elf(5). Fixed addresses, no sections, no symbols, no interpreter; the stack that the kernel makes is not executable.
 */
public final class ElfImage {
    private static final long CODE_BASE = 0x400000;

    /** The file has no holes for large pages: what follows the header and the code begins here, on every machine. */
    private static final int MEMORY_OFFSET = 4096;

    /** The largest pages of aarch64: modulo this, addresses and places in the file must agree. x86_64 has 4 KiB only. */
    private static final int ALIGNMENT = 64 * 1024;

    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int SEGMENTS = 3;
    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int READ = 4;
    private static final int WRITE = 2;
    private static final int EXECUTE = 1;

    private ElfImage() {}

    /** The whole file, for this machine. */
    public static byte[] ofHost(Program program) {
        return of(program, MachineEncoder.of(Architecture.host()));
    }

    /** The whole file. */
    public static byte[] of(Program program, MachineEncoder encoder) {
        byte[] memory = program.memory().image(encoder.architecture()::numberOf);
        byte[] code = encoder.interpreter(
                ProgramMemory.stepAddress(0), program.memory().failure());
        int codeStart = HEADER + SEGMENTS * PROGRAM_HEADER;
        int codeEnd = codeStart + code.length;
        ByteBuffer elf = ByteBuffer.allocate(MEMORY_OFFSET + memory.length).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0); // 64 bit, little endian, version 1
        elf.putShort((short) 2).putShort((short) encoder.elfMachine()).putInt(1); // ET_EXEC
        elf.putLong(CODE_BASE + codeStart).putLong(HEADER).putLong(0).putInt(0); // entry, program headers, no sections
        elf.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) SEGMENTS);
        elf.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        segment(elf, PT_LOAD, READ | EXECUTE, 0, CODE_BASE, codeEnd, codeEnd);
        segment(
                elf,
                PT_LOAD,
                READ | WRITE,
                MEMORY_OFFSET,
                ProgramMemory.BASE,
                memory.length,
                program.memory().size());
        segment(elf, PT_GNU_STACK, READ | WRITE, 0, 0, 0, 0);
        elf.put(code);
        elf.put(MEMORY_OFFSET, memory);
        return elf.array();
    }

    private static void segment(
            ByteBuffer elf, int type, int flags, long offset, long address, long fileSize, long memorySize) {
        elf.putInt(type).putInt(flags).putLong(offset).putLong(address).putLong(address);
        elf.putLong(fileSize).putLong(memorySize).putLong(ALIGNMENT);
    }
}
