package dev.ferry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.runtime.oci.Process.Rlimit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OciJsonTest {
    private static final JsonMapper PLAIN = new JsonMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | \"ociVersion\" is missing",
                "{'ociVersion':'1.0.0','root':{}} | \"root.path\" is missing",
                "{'ociVersion':'1.0.0','process':{}} | \"process.cwd\" is missing",
                "{'ociVersion':'1.0.0','process':{'cwd':'/','user':{'uid':-1,'gid':0}}} | between 0 and 4294967295",
                "{'ociVersion':'1.0.0','linux':{'namespaces':[{'type':'pid'},{'type':'pid'}]}} | twice",
                "{'ociVersion':'1.0.0','linux':{'namespaces':[{'type':'moon'}]}} | moon",
                "{'ociVersion':'1.0.0','linux':{'seccomp':{'defaultAction':'SCMP_ACT_SHRUG'}}} | SCMP_ACT_SHRUG",
                "null | null",
                "{'ociVersion':'1.0.0'} {} | Trailing token"
            })
    void whatTheSpecificationForbidsIsRefused(String json, String complaint) {
        assertThatThrownBy(() -> OciJson.readSpec(utf8(json.replace('\'', '"'))))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void unknownFieldsAreToleratedAndDropped() throws Exception {
        Spec spec = OciJson.readSpec(utf8("{\"ociVersion\":\"1.0.0\",\"futurePart\":{\"a\":1},\"hostname\":\"h\"}"));

        assertThat(spec.hostname()).isEqualTo("h");
        assertThat(new String(OciJson.write(spec), StandardCharsets.UTF_8)).doesNotContain("futurePart");
    }

    @Test
    void unsigned64BitNumbersKeepTheirTopBit() throws Exception {
        Spec spec = OciJson.readSpec(
                utf8(
                        "{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"/\",\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":0,\"hard\":18446744073709551615}]}}"));

        Process process = java.util.Objects.requireNonNull(spec.process());

        assertThat(process.rlimits()).containsExactly(new Rlimit("RLIMIT_CORE", 0, Rlimit.INFINITY));
        assertThat(PLAIN.readTree(OciJson.write(spec))
                        .at("/process/rlimits/0/hard")
                        .bigIntegerValue())
                .isEqualTo("18446744073709551615");
        assertThat(PLAIN.readTree(OciJson.write(spec))
                        .at("/process/rlimits/0/soft")
                        .isNumber())
                .isTrue();
    }

    @Test
    void numbersBeyond64BitsAreRefused() {
        assertThatThrownBy(
                        () -> OciJson.readSeccomp(
                                utf8(
                                        "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,\"value\":18446744073709551616,\"op\":\"SCMP_CMP_EQ\"}]}]}")))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("syscalls[0].args[0].value");
    }

    @Test
    void theDefaultComesBackAsItWas() throws Exception {
        Spec spec = DefaultSpec.builder()
                .arguments(List.of("top", "-d", "1"))
                .hostname("box")
                .cgroupsPath("/ferry/box")
                .annotation("dev.ferry.test", "yes")
                .build();

        assertThat(OciJson.readSpec(OciJson.write(spec))).isEqualTo(spec);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
