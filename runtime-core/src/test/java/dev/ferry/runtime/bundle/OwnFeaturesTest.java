package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.runtime.mount.MountOptions;
import dev.ferry.runtime.oci.Features;
import dev.ferry.runtime.oci.OciJson;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnFeaturesTest {
    /** As features.md and features-linux.md name everything. */
    @Test
    void documentHasTheSpecificationsNames() throws IOException {
        JsonNode document = new ObjectMapper().readTree(OciJson.write(OwnFeatures.document()));
        assertThat(document.path("ociVersionMin").asText()).isEqualTo("1.0.0");
        assertThat(document.path("ociVersionMax").asText()).isEqualTo("1.3.0");
        JsonNode linux = document.path("linux");
        assertThat(linux.path("namespaces")).extracting(JsonNode::asText).contains("pid", "network", "mount", "cgroup");
        assertThat(linux.path("capabilities"))
                .extracting(JsonNode::asText)
                .contains("CAP_CHOWN")
                .hasSize(41);
        assertThat(linux.path("cgroup").path("v1").asBoolean()).isTrue();
        assertThat(linux.path("cgroup").path("systemd").isBoolean()).isTrue();
        JsonNode seccomp = linux.path("seccomp");
        assertThat(seccomp.path("actions")).extracting(JsonNode::asText).contains("SCMP_ACT_ERRNO");
        assertThat(seccomp.path("operators")).extracting(JsonNode::asText).contains("SCMP_CMP_MASKED_EQ");
        assertThat(seccomp.path("archs")).extracting(JsonNode::asText).contains("SCMP_ARCH_X86_64");
        for (String name : List.of("apparmor", "selinux", "intelRdt", "netDevices")) {
            assertThat(linux.path(name).path("enabled").asBoolean()).as(name).isTrue();
        }
        assertThat(linux.path("mountExtensions").path("idmap").path("enabled").asBoolean())
                .isTrue();
    }

    @Test
    void everyOptionThatIsNamedIsUnderstood() {
        Features features = OwnFeatures.document();
        assertThat(features.mountOptions()).contains("ro", "rbind", "rslave", "rro", "nosymfollow");
        for (String option : features.mountOptions()) {
            assertThat(MountOptions.parse(List.of(option)).data()).as(option).isEmpty();
        }
    }
}
