package dev.ferry.runtime.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.oci.LinuxSeccomp;
import dev.ferry.runtime.oci.LinuxSeccomp.Action;
import dev.ferry.runtime.oci.LinuxSeccomp.Arch;
import dev.ferry.runtime.oci.LinuxSeccomp.Condition;
import dev.ferry.runtime.oci.LinuxSeccomp.Flag;
import dev.ferry.runtime.oci.LinuxSeccomp.Operator;
import dev.ferry.runtime.oci.LinuxSeccomp.Rule;
import dev.ferry.testing.BpfMachine;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Requires(Feature.LIBSECCOMP)
class SeccompCompilerTest {
    private static final int ALLOW = 0x7fff_0000;
    private static final int EPERM = 0x0005_0001;
    private static final int ENOSYS = 0x0005_0026;
    private static final long[] EDGES = {
        0, 1, 2, 7, 8, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL, 0x1_0000_0000L, 0x1_0000_0008L, Long.MAX_VALUE, -1L
    };

    private final Optional<LibSeccomp> library = LibSeccomp.load(Optional.empty());

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Operator.class)
    void everyOperatorComparesUnsigned64BitNumbers(Operator operator) throws Exception {
        for (long value : EDGES) {
            Condition condition = new Condition(2, value, 8, operator);
            BpfMachine machine = machine(allowing(new Rule(List.of("ioctl"), Action.ALLOW, null, List.of(condition))));
            for (long argument : EDGES) {
                boolean holds = switch (operator) {
                    case NE -> argument != value;
                    case LT -> Long.compareUnsigned(argument, value) < 0;
                    case LE -> Long.compareUnsigned(argument, value) <= 0;
                    case EQ -> argument == value;
                    case GE -> Long.compareUnsigned(argument, value) >= 0;
                    case GT -> Long.compareUnsigned(argument, value) > 0;
                    // the library masks both sides
                    case MASKED_EQ -> (argument & value) == (8 & value);
                };
                assertThat(machine.run(arch(), call("ioctl"), 0, 0, argument))
                        .as("%x %s %x", argument, operator, value)
                        .isEqualTo(holds ? ALLOW : EPERM);
            }
        }
    }

    @Test
    void allConditionsOfARuleMustHold() throws Exception {
        BpfMachine machine = machine(allowing(new Rule(
                List.of("ioctl"),
                Action.ALLOW,
                null,
                List.of(new Condition(0, 1, 0, Operator.EQ), new Condition(1, 2, 0, Operator.EQ)))));

        assertThat(machine.run(arch(), call("ioctl"), 1, 2)).isEqualTo(ALLOW);
        assertThat(machine.run(arch(), call("ioctl"), 1, 3)).isEqualTo(EPERM);
        assertThat(machine.run(arch(), call("ioctl"), 0, 2)).isEqualTo(EPERM);
    }

    @Test
    void twoConditionsOnOneArgumentMeanEither() throws Exception {
        BpfMachine machine = machine(allowing(new Rule(
                List.of("personality"),
                Action.ALLOW,
                null,
                List.of(new Condition(0, 0, 0, Operator.EQ), new Condition(0, 8, 0, Operator.EQ)))));

        assertThat(machine.run(arch(), call("personality"), 0)).isEqualTo(ALLOW);
        assertThat(machine.run(arch(), call("personality"), 8)).isEqualTo(ALLOW);
        assertThat(machine.run(arch(), call("personality"), 4)).isEqualTo(EPERM);
    }

    @Test
    void namesThatNobodyKnowsAreLeftOutAndCounted() throws Exception {
        SeccompFilter filter = compile(allowing(Rule.of(Action.ALLOW, List.of("read", "no_such_call", "another_one"))));

        assertThat(filter.unknownCalls()).containsExactly("no_such_call", "another_one");
        assertThat(new BpfMachine(filter.program()).run(arch(), call("read"))).isEqualTo(ALLOW);
    }

    @Test
    void callsNewerThanEveryNamedOneDoNotExist() throws Exception {
        BpfMachine machine = machine(allowing(Rule.of(Action.ALLOW, List.of("read", "openat2"))));

        assertThat(machine.run(arch(), call("openat2"))).isEqualTo(ALLOW);
        assertThat(machine.run(arch(), call("openat"))).isEqualTo(EPERM);
        assertThat(machine.run(arch(), call("openat2") + 1)).isEqualTo(ENOSYS);
        assertThat(machine.run(arch(), 9999)).isEqualTo(ENOSYS);
    }

    @Test
    void aDefaultThatKillsIsNotSoftened() throws Exception {
        BpfMachine machine = machine(new LinuxSeccomp(
                Action.KILL_PROCESS,
                null,
                List.of(),
                List.of(),
                null,
                null,
                List.of(Rule.of(Action.ALLOW, List.of("read")))));

        assertThat(machine.run(arch(), 9999)).isEqualTo(0x8000_0000);
        assertThat(machine.run(arch(), call("read"))).isEqualTo(ALLOW);
    }

    @Test
    void aRuleThatDoesWhatTheDefaultDoesIsLeftOut() throws Exception {
        LinuxSeccomp seccomp = new LinuxSeccomp(
                Action.ALLOW,
                null,
                List.of(),
                List.of(),
                null,
                null,
                List.of(
                        Rule.of(Action.ALLOW, List.of("read")),
                        new Rule(List.of("write"), Action.ERRNO, 5, List.of())));
        BpfMachine machine = machine(seccomp);

        assertThat(machine.run(arch(), call("read"))).isEqualTo(ALLOW);
        assertThat(machine.run(arch(), call("write"))).isEqualTo(0x0005_0005);
    }

    @Test
    void anotherArchitectureEndsTheProcessUnlessItIsCovered() throws Exception {
        Assumptions.assumeTrue(arch() == 0xc000_003e);
        int x86 = 0x4000_0003;
        LinuxSeccomp only = allowing(Rule.of(Action.ALLOW, List.of("read")));
        LinuxSeccomp both =
                new LinuxSeccomp(Action.ERRNO, 1, List.of(Arch.X86, Arch.X32), List.of(), null, null, only.syscalls());

        assertThat(machine(only).run(x86, 3)).isZero();
        assertThat(machine(both).run(x86, 3)).isEqualTo(ALLOW);
        assertThat(machine(both).run(x86, 9999)).isEqualTo(ENOSYS);
        // x32 is x86_64 with a bit set in the number
        assertThat(machine(only).run(arch(), 0x4000_0000)).isZero();
        assertThat(machine(both).run(arch(), 0x4000_0000)).isEqualTo(ALLOW);
        assertThat(machine(both).run(arch(), 0x4000_0000 + 9999)).isEqualTo(ENOSYS);
    }

    /** AUDIT_ARCH_AARCH64 of linux/audit.h: the ELF machine 183, of 64 bits, little endian; the call numbers are its own. */
    @Test
    void aFilterForAarch64KnowsItsNumbers() throws Exception {
        int aarch64 = 183 | 0x8000_0000 | 0x4000_0000;
        BpfMachine machine = machine(new LinuxSeccomp(
                Action.ERRNO,
                1,
                List.of(Arch.X86_64, Arch.AARCH64),
                List.of(),
                null,
                null,
                List.of(Rule.of(Action.ALLOW, List.of("read", "openat")))));

        assertThat(machine.run(aarch64, Syscall.OPENAT.aarch64())).isEqualTo(ALLOW);
        assertThat(machine.run(aarch64, Syscall.READ.aarch64())).isEqualTo(ALLOW);
        assertThat(machine.run(aarch64, Syscall.READ.x86_64())).isEqualTo(0x0005_0001);
        assertThat(machine.run(aarch64, Syscall.OPENAT.x86_64())).isEqualTo(ENOSYS);
        assertThat(machine.run(arch(), call("read"))).isEqualTo(ALLOW);
    }

    @Test
    void flagsGoToTheKernelNotIntoTheProgram() throws Exception {
        SeccompFilter filter = compile(new LinuxSeccomp(
                Action.ERRNO,
                null,
                List.of(),
                List.of(Flag.LOG, Flag.SPEC_ALLOW),
                null,
                null,
                List.of(Rule.of(Action.ALLOW, List.of("read")))));

        assertThat(filter.flags()).isEqualTo(6);
    }

    @Test
    void aListenerIsRefused() {
        assertThatThrownBy(() -> compile(allowing(Rule.of(Action.NOTIFY, List.of("mount")))))
                .isInstanceOf(SeccompRefused.class)
                .hasMessageContaining("SCMP_ACT_NOTIFY");
    }

    @Test
    void withoutTheLibraryTheAnswerNamesThePackage() {
        SeccompCompiler compiler = new SeccompCompiler(Optional.empty(), Optional.empty());

        assertThat(compiler.libraryVersion()).isEmpty();
        assertThatThrownBy(() -> compiler.compile(allowing(Rule.of(Action.ALLOW, List.of("read")))))
                .isInstanceOf(SeccompUnavailable.class)
                .hasMessageContaining("libseccomp2");
    }

    @Test
    void aKeptProgramIsUsedAgainAndADamagedOneIsNot() throws Exception {
        LinuxSeccomp seccomp = allowing(Rule.of(Action.ALLOW, List.of("read", "no_such_call")));
        FilterCache cache = new FilterCache(directory.resolve("seccomp"), "test");
        SeccompFilter made = new SeccompCompiler(library, Optional.of(cache)).compile(seccomp);

        assertThat(cache.read(FilterCache.description(seccomp))).contains(made);
        assertThat(cache.read(FilterCache.description(seccomp)).orElseThrow().unknownCalls())
                .containsExactly("no_such_call");

        byte[] bytes = Files.readAllBytes(cache.file(FilterCache.description(seccomp)));
        bytes[20] ^= 1;
        Files.write(cache.file(FilterCache.description(seccomp)), bytes);
        assertThat(cache.read(FilterCache.description(seccomp))).isEmpty();
        assertThat(new SeccompCompiler(library, Optional.of(cache)).compile(seccomp))
                .isEqualTo(made);
        assertThat(cache.read(FilterCache.description(seccomp))).contains(made);

        Files.write(cache.file(FilterCache.description(seccomp)), new byte[0]);
        assertThat(cache.read(FilterCache.description(seccomp))).isEmpty();
    }

    @Test
    void whatWasMadeOfAnotherDescriptionIsNotTakenWhateverItsFileIsCalled() throws Exception {
        LinuxSeccomp one = allowing(Rule.of(Action.ALLOW, List.of("read", "write")));
        LinuxSeccomp other = allowing(Rule.of(Action.ALLOW, List.of("read 5:write")));
        FilterCache cache = new FilterCache(directory.resolve("seccomp"), "test");
        new SeccompCompiler(library, Optional.of(cache)).compile(one);

        Files.copy(cache.file(FilterCache.description(one)), cache.file(FilterCache.description(other)));

        assertThat(FilterCache.description(other)).isNotEqualTo(FilterCache.description(one));
        assertThat(cache.read(FilterCache.description(other))).isEmpty();
    }

    @Test
    void aKeptProgramOfAnotherLibraryIsAnother() {
        LinuxSeccomp seccomp = allowing(Rule.of(Action.ALLOW, List.of("read")));

        assertThat(new FilterCache(directory, "2.5.4").file(FilterCache.description(seccomp)))
                .isNotEqualTo(new FilterCache(directory, "2.6.0").file(FilterCache.description(seccomp)));
    }

    @Test
    void aCacheThatCannotBeWrittenIsDoneWithout() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        FilterCache cache = new FilterCache(file.resolve("below"), "test");

        SeccompFilter filter = new SeccompCompiler(library, Optional.of(cache))
                .compile(allowing(Rule.of(Action.ALLOW, List.of("read"))));

        assertThat(filter.instructions()).isPositive();
    }

    private static LinuxSeccomp allowing(Rule rule) {
        return new LinuxSeccomp(Action.ERRNO, null, List.of(), List.of(), null, null, List.of(rule));
    }

    private SeccompFilter compile(LinuxSeccomp seccomp) throws SeccompException {
        return new SeccompCompiler(library, Optional.empty()).compile(seccomp);
    }

    private BpfMachine machine(LinuxSeccomp seccomp) throws SeccompException {
        return new BpfMachine(compile(seccomp).program());
    }

    private int arch() {
        return library.orElseThrow().nativeArch();
    }

    private int call(String name) {
        return library.orElseThrow().call(name);
    }
}
