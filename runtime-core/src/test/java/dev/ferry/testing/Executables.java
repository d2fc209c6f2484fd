package dev.ferry.testing;

import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.ElfImage;
import dev.ferry.runtime.spawn.MachineEncoder;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Programs as files, for containers whose image has nothing that asks the kernel what a test wants to know. */
public final class Executables {
    private static final int KEYCTL_DESCRIBE = 6;
    private static final int KEY_SPEC_SESSION_KEYRING = -3;

    private Executables() {}

    /** Writes a program that says what session keyring it has: {@code type;uid;gid;permissions;name}. keyctl(2) */
    public static void describeSessionKeyring(Path file) throws IOException {
        ProgramBuilder p = new ProgramBuilder("describe", 2);
        Block text = p.block("text", 200);
        p.call("describe", Syscall.KEYCTL, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, text.size());
        p.call("say", Syscall.WRITE, 1, text, text.size());
        p.exit(0);
        Files.write(file, ElfImage.of(p.build(), MachineEncoder.of(Architecture.host())));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
