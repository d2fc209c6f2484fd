package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Programs that the kernel asks before a process of a cgroup may use a device: what version 2 has instead of the devices controller.
 * bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE
 */
public final class BpfPrograms {
    private static final int BPF_PROG_LOAD = 5;
    private static final int BPF_PROG_ATTACH = 8;
    private static final int BPF_PROG_GET_FD_BY_ID = 13;
    private static final int BPF_PROG_QUERY = 16;
    private static final int BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    private static final int BPF_CGROUP_DEVICE = 6;
    private static final int BPF_F_ALLOW_MULTI = 2;
    private static final int BPF_F_REPLACE = 4;

    /** Bytes of an instruction. */
    private static final int INSTRUCTION = 8;

    /**
     * Size of the part of {@code union bpf_attr} that we fill. Kernels take a shorter union than theirs, and a longer one when what
     * they do not know is zero.
     */
    private static final int ATTRIBUTES = 64;

    private BpfPrograms() {}

    /**
     * Makes a program decide on the devices of a cgroup of version 2; one that was attached this way before is replaced at once. It
     * stays when this process ends and goes with the cgroup. Programs of cgroups above are asked too.
     *
     * @param instructions {@code struct bpf_insn[]}
     */
    public static void decideOnDevices(Path cgroup, byte[] instructions) throws SyscallException {
        try (Fd directory = OpenFiles.open(cgroup, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
                Fd program = load(instructions)) {
            int before = attached(directory, cgroup);
            if (before == 0) {
                attach(directory, program, BPF_F_ALLOW_MULTI, -1, cgroup);
                return;
            }
            try (Fd old = byId(before)) {
                attach(directory, program, BPF_F_ALLOW_MULTI | BPF_F_REPLACE, old.number(), cgroup);
            }
        }
    }

    private static Fd load(byte[] instructions) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(instructions.length, Long.BYTES);
            MemorySegment.copy(instructions, 0, code, JAVA_BYTE, 0, instructions.length);
            MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, BPF_PROG_TYPE_CGROUP_DEVICE);
            attributes.set(JAVA_INT, 4, instructions.length / INSTRUCTION);
            attributes.set(JAVA_LONG, 8, code.address());
            attributes.set(JAVA_LONG, 16, arena.allocateFrom("Apache-2.0").address());
            attributes.setString(48, "ferry_devices");
            return Fd.adopt((int) call(BPF_PROG_LOAD, attributes, "BPF_PROG_LOAD, " + instructions.length + " bytes"));
        }
    }

    private static void attach(Fd directory, Fd program, int flags, int replaced, Path cgroup) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, directory.number());
            attributes.set(JAVA_INT, 4, program.number());
            attributes.set(JAVA_INT, 8, BPF_CGROUP_DEVICE);
            attributes.set(JAVA_INT, 12, flags);
            attributes.set(JAVA_INT, 16, Math.max(0, replaced));
            call(BPF_PROG_ATTACH, attributes, "BPF_PROG_ATTACH, \"" + cgroup + "\"");
        }
    }

    /** The number of the program that is attached to this very cgroup, or 0. */
    private static int attached(Fd directory, Path cgroup) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocate(JAVA_INT, 64);
            MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, directory.number());
            attributes.set(JAVA_INT, 4, BPF_CGROUP_DEVICE);
            attributes.set(JAVA_LONG, 16, ids.address());
            attributes.set(JAVA_INT, 24, 64);
            call(BPF_PROG_QUERY, attributes, "BPF_PROG_QUERY, \"" + cgroup + "\"");
            return attributes.get(JAVA_INT, 24) == 0 ? 0 : ids.get(JAVA_INT, 0);
        }
    }

    private static Fd byId(int id) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, id);
            return Fd.adopt((int) call(BPF_PROG_GET_FD_BY_ID, attributes, "BPF_PROG_GET_FD_BY_ID, " + id));
        }
    }

    private static long call(int command, MemorySegment attributes, String what) throws SyscallException {
        return OpenFiles.check(
                Libc.invoke(Syscall.BPF, command, attributes.address(), attributes.byteSize()), Syscall.BPF, what);
    }
}
