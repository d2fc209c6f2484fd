package dev.ferry.runtime.linux.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
    /** Octal as in the headers: include/uapi/asm-generic/fcntl.h for x86_64, arch/arm64/include/uapi/asm/fcntl.h. */
    @Test
    void twoFlagsOfOpenAreNotGeneric() {
        assertThat(Architecture.X86_64.directoryFlag()).isEqualTo(00200000);
        assertThat(Architecture.X86_64.noFollowFlag()).isEqualTo(00400000);
        assertThat(Architecture.AARCH64.directoryFlag()).isEqualTo(040000);
        assertThat(Architecture.AARCH64.noFollowFlag()).isEqualTo(0100000);
    }

    @Test
    void theFlagsInUseAreThoseOfThisMachine() {
        Architecture host = Architecture.host();
        assertThat(OpenFlags.O_DIRECTORY).isEqualTo(host.directoryFlag());
        assertThat(OpenFlags.O_NOFOLLOW).isEqualTo(host.noFollowFlag());
        assertThat(OpenFlags.O_TMPFILE & host.directoryFlag()).isEqualTo(host.directoryFlag());
    }

    /** include/uapi/asm-generic/unistd.h, arch/x86/entry/syscalls/syscall_64.tbl. */
    @Test
    void callsHaveANumberOnEach() {
        assertThat(Architecture.X86_64.numberOf(Syscall.OPENAT)).isEqualTo(257);
        assertThat(Architecture.AARCH64.numberOf(Syscall.OPENAT)).isEqualTo(56);
    }

    @Test
    void noTwoCallsHaveTheSameNumber() {
        for (Architecture architecture : Architecture.values()) {
            assertThat(Arrays.stream(Syscall.values()).map(architecture::numberOf))
                    .as(architecture.name())
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void javaHasItsOwnNames() {
        assertThat(Architecture.named("amd64")).hasValue(Architecture.X86_64);
        assertThat(Architecture.named("aarch64")).hasValue(Architecture.AARCH64);
        assertThat(Architecture.named("riscv64")).isEmpty();
    }
}
