package dev.ferry.profiles.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeccompProfileTest {
    private static final ProfileTarget PLAIN = new ProfileTarget(Set.of(), "amd64", new KernelVersion(6, 18));

    @Test
    void includesAndExcludesAreSettledPerContainer() throws Exception {
        SeccompProfile profile = read("""
                {'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [
                  {'names': ['always'], 'action': 'SCMP_ACT_ALLOW'},
                  {'names': ['admin'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'caps': ['CAP_SYS_ADMIN', 'CAP_BPF']}},
                  {'names': ['plain'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'caps': ['CAP_SYS_ADMIN', 'CAP_BPF']}},
                  {'names': ['arm'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'arches': ['arm', 'arm64']}},
                  {'names': ['notArm'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'arches': ['arm64'], 'caps': ['CAP_KILL']}},
                  {'names': ['new'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'minKernel': '4.8'}},
                  {'names': ['old'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'minKernel': '4.8'}}]}
                """);

        assertThat(names(profile, PLAIN)).containsExactly("always", "plain", "notArm", "new");
        assertThat(names(profile, new ProfileTarget(Set.of("CAP_SYS_ADMIN"), "amd64", new KernelVersion(4, 4))))
                .containsExactly("always", "notArm", "old");
        assertThat(names(
                        profile,
                        new ProfileTarget(Set.of("CAP_SYS_ADMIN", "CAP_BPF"), "arm64", new KernelVersion(4, 18))))
                .containsExactly("always", "admin", "arm", "new");
    }

    @Test
    void theOldFormNamesASingleCall() throws Exception {
        SeccompProfile profile = read("""
                {'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_X86'],
                 'syscalls': [{'name': 'read', 'action': 'SCMP_ACT_ALLOW', 'args': null}]}
                """);

        assertThat(names(profile, PLAIN)).containsExactly("read");
        assertThat(profile.resolve(PLAIN).architectures()).containsExactly("SCMP_ARCH_X86");
    }

    @Test
    void anArchMapGivesTheMachinesFamily() {
        assertThat(ProfileLibrary.builtin().resolve(PLAIN).architectures())
                .containsExactly("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32");
        assertThat(ProfileLibrary.builtin()
                        .resolve(new ProfileTarget(Set.of(), "riscv64", new KernelVersion(6, 18)))
                        .architectures())
                .containsExactly("SCMP_ARCH_RISCV64");
    }

    @Test
    void anEmptyProfileIsNoFilter() throws Exception {
        assertThat(read("{}").resolve(PLAIN).isUnconfined()).isTrue();
        assertThat(ProfileLibrary.unconfined().resolve(PLAIN).isUnconfined()).isTrue();
        assertThat(ProfileLibrary.builtin().resolve(PLAIN).isUnconfined()).isFalse();
    }

    @Test
    void conditionsKeepAll64Bits() throws Exception {
        SeccompProfile profile = read("""
                {'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [{'names': ['clone'], 'action': 'SCMP_ACT_ALLOW',
                 'args': [{'index': 0, 'value': 18446744073709551615, 'op': 'SCMP_CMP_MASKED_EQ'}]}]}
                """);

        assertThat(new String(profile.resolve(PLAIN).toJson(), StandardCharsets.UTF_8))
                .contains("\"value\":18446744073709551615");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | no JSON object",
                "{'defaultAction' | no JSON",
                "{'syscalls':[{'names':['a'],'action':'SCMP_ACT_ALLOW'}]} | at \"defaultAction\": it is missing",
                "{'defaultAction':'SCMP_ACT_SHRUG'} | \"SCMP_ACT_SHRUG\" is not known",
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['a'],'action':'ALLOW'}]} | syscalls[0].action",
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'action':'SCMP_ACT_LOG'}]} | names no system call",
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'name':'a','names':['b'],'action':'SCMP_ACT_LOG'}]} | both",
                "{'defaultAction':'SCMP_ACT_ALLOW','archMap':[{'architecture':'SCMP_ARCH_X86'}],'architectures':['SCMP_ARCH_X86']} | both",
                "{'defaultAction':'SCMP_ACT_ALLOW','architectures':['VAX']} | \"VAX\"",
                "{'defaultAction':'SCMP_ACT_ALLOW','flags':['F']} | \"F\"",
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['a'],'action':'SCMP_ACT_LOG','args':[{'index':6,'value':0,'op':'SCMP_CMP_EQ'}]}]} | arguments 0 to 5",
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['a'],'action':'SCMP_ACT_LOG','args':[{'index':0,'value':-1,'op':'SCMP_CMP_EQ'}]}]} | syscalls[0].args[0].value",
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['a'],'action':'SCMP_ACT_LOG','args':[{'index':0,'value':1,'op':'=='}]}]} | choose one of SCMP_CMP_EQ",
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['a'],'action':'SCMP_ACT_LOG','includes':{'minKernel':'new'}}]} | minKernel",
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':'a','action':'SCMP_ACT_LOG'}]} | must be a list",
                "{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':99999} | errno"
            })
    void whatCannotBeUsedIsRefusedWithItsPlaceAndARemedy(String json, String complaint) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(InvalidProfile.class)
                .hasMessageContaining("seccomp profile \"mine.json\"")
                .hasMessageContaining(complaint);
    }

    @Test
    void theCheckpointProfileOnlyTakesAway() {
        List<String> all = names(ProfileLibrary.builtin(), PLAIN);
        List<String> allowed = ProfileLibrary.checkpoint().resolve(PLAIN).syscalls().stream()
                .filter(rule -> rule.action().equals("SCMP_ACT_ALLOW"))
                .flatMap(rule -> rule.names().stream())
                .toList();

        assertThat(all).containsAll(allowed);
        assertThat(allowed).doesNotContain("memfd_secret", "mq_open", "landlock_restrict_self");
    }

    /** With docker's client a profile is a file: it does not take our names. */
    @Test
    void theCheckpointProfilesFileIsAProfile() throws Exception {
        SeccompProfile profile = read(
                "{'base': 'default', 'replace': [{'names': ['mq_open'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38}]}");
        assertThat(names(ProfileLibrary.builtin(), PLAIN)).contains("mq_open");
        assertThat(profile.resolve(PLAIN).syscalls())
                .filteredOn(rule -> rule.names().contains("mq_open"))
                .allMatch(rule -> rule.action().equals("SCMP_ACT_ERRNO"))
                .isNotEmpty();
        assertThatThrownBy(() -> read("{'base': 'nothing'}"))
                .isInstanceOf(InvalidProfile.class)
                .hasMessageContaining("\"nothing\" is no profile of this engine");
    }

    @Test
    void namesOfTheLibrary() {
        assertThat(ProfileLibrary.named("default")).contains(ProfileLibrary.builtin());
        assertThat(ProfileLibrary.named("builtin")).contains(ProfileLibrary.builtin());
        assertThat(ProfileLibrary.named("/etc/mine.json")).isEmpty();
    }

    private static SeccompProfile read(String json) throws InvalidProfile {
        return SeccompProfile.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "mine.json");
    }

    private static List<String> names(SeccompProfile profile, ProfileTarget target) {
        return profile.resolve(target).syscalls().stream()
                .flatMap(rule -> rule.names().stream())
                .toList();
    }
}
