package dev.ferry.api.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.version.ApiVersion;
import java.io.IOException;
import java.util.Comparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each row is one change: what the newest form is, the last version that has it so, and what the version before gets. */
final class CompatibilityTest {
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = """
            IMAGE_INSPECT     | 1.50 | {"Config":{"User":"u"}} | {"Config":{"User":"u","Hostname":"","Domainname":"","Image":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false}}
            SYSTEM_INFO       | 1.49 | {"FirewallBackend":{"Driver":"n"}} | {}
            SYSTEM_INFO       | 1.49 | {"RuncCommit":{"ID":"a"}} | {"RuncCommit":{"ID":"a","Expected":"a"}}
            SYSTEM_INFO       | 1.49 | {"RegistryConfig":{}} | {"RegistryConfig":{"AllowNondistributableArtifactsCIDRs":[],"AllowNondistributableArtifactsHostnames":[]}}
            CONTAINER_LIST    | 1.48 | [{"Id":"a","ImageManifestDescriptor":{}}] | [{"Id":"a"}]
            CONTAINER_INSPECT | 1.48 | {"NetworkSettings":{"Networks":{"n":{"GwPriority":1}}}} | {"NetworkSettings":{"Networks":{"n":{}}}}
            IMAGE_LIST        | 1.48 | [{"Descriptor":{}}] | [{}]
            CONTAINER_LIST    | 1.46 | [{"HostConfig":{"Annotations":{"a":"b"}}}] | [{"HostConfig":{}}]
            CONTAINER_INSPECT | 1.45 | {"Id":"0123456789abcdef","NetworkSettings":{"Networks":{"n":{"Aliases":["web"]},"m":{"Aliases":null}}}} | {"Id":"0123456789abcdef","NetworkSettings":{"Networks":{"n":{"Aliases":["web","0123456789ab"]},"m":{"Aliases":null}}}}
            IMAGE_INSPECT     | 1.45 | {} | {"Container":"","ContainerConfig":{}}
            IMAGE_LIST        | 1.44 | [{"Size":5,"RepoTags":["a:b"]}] | [{"Size":5,"RepoTags":["a:b"],"VirtualSize":5}]
            SYSTEM_INFO       | 1.44 | {"CDISpecDirs":[],"Runtimes":{"r":{"path":"p","status":{}}}} | {"Runtimes":{"r":{"path":"p"}}}
            CONTAINER_INSPECT | 1.44 | {"NetworkSettings":{"MacAddress":"02:42","Networks":{"n":{"DNSNames":["a"]}}},"Config":{}} | {"NetworkSettings":{"MacAddress":"02:42","Networks":{"n":{}}},"Config":{"MacAddress":"02:42"}}
            IMAGE_LIST        | 1.43 | [{"RepoTags":[],"RepoDigests":[]}] | [{"RepoTags":["<none>:<none>"],"RepoDigests":["<none>@<none>"]}]
            CONTAINER_INSPECT | 1.42 | {"HostConfig":{"ConsoleSize":[1,2]}} | {"HostConfig":{"KernelMemory":0}}
            SYSTEM_INFO       | 1.41 | {"CgroupVersion":"2"} | {}
            SYSTEM_VERSION    | 1.35 | {"Platform":{"Name":"Ferry"},"Components":[],"Version":"1"} | {"Version":"1"}
            SYSTEM_INFO       | 1.25 | {"SecurityOptions":["name=seccomp,profile=builtin","name=cgroupns"]} | {"SecurityOptions":["seccomp","cgroupns"],"ExecutionDriver":"<not supported>"}
            """)
    void answerChangesWithTheVersion(Body body, String version, String newest, String before) throws IOException {
        VersionStep step = step(version);
        JsonNode tree = json(newest);
        step.down(body, tree);
        assertThat(tree.toString()).satisfies(text -> assertThat(json(text)).isEqualTo(json(before)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = """
            CONTAINER_CREATE_REQUEST | 1.46 | {"HostConfig":{"Mounts":[{"TmpfsOptions":{"Mode":1,"Options":[["a"]]}}]}} | {"HostConfig":{"Mounts":[{"TmpfsOptions":{"Mode":1}}]}}
            CONTAINER_CREATE_REQUEST | 1.45 | {"HostConfig":{"Mounts":[{"VolumeOptions":{"Subpath":"x"}}]}} | {"HostConfig":{"Mounts":[{"VolumeOptions":{}}]}}
            CONTAINER_CREATE_REQUEST | 1.44 | {"MacAddress":"02:42","HostConfig":{"NetworkMode":"net"}} | {"HostConfig":{"NetworkMode":"net"},"NetworkingConfig":{"EndpointsConfig":{"net":{"MacAddress":"02:42"}}}}
            CONTAINER_CREATE_REQUEST | 1.44 | {"Healthcheck":{"Retries":1,"StartInterval":5}} | {"Healthcheck":{"Retries":1}}
            CONTAINER_CREATE_REQUEST | 1.43 | {"HostConfig":{"Annotations":{"a":"b"}}} | {"HostConfig":{}}
            CONTAINER_CREATE_REQUEST | 1.42 | {"HostConfig":{"ConsoleSize":[1,2]}} | {"HostConfig":{}}
            EXEC_CREATE_REQUEST      | 1.42 | {"ConsoleSize":[1,2],"Tty":true} | {"Tty":true}
            CONTAINER_CREATE_REQUEST | 1.41 | {} | {"HostConfig":{"CgroupnsMode":"host"}}
            CONTAINER_CREATE_REQUEST | 1.41 | {"HostConfig":{"CgroupnsMode":"private"}} | {"HostConfig":{"CgroupnsMode":"private"}}
            CONTAINER_CREATE_REQUEST | 1.40 | {"HostConfig":{"KernelMemoryTCP":4}} | {"HostConfig":{"IpcMode":"shareable"}}
            EXEC_CREATE_REQUEST      | 1.35 | {"WorkingDir":"/x"} | {}
            CONTAINER_CREATE_REQUEST | 1.25 | {"HostConfig":{"AutoRemove":true}} | {"HostConfig":{"AutoRemove":false}}
            EXEC_CREATE_REQUEST      | 1.25 | {"Env":["A=1"],"Cmd":["x"]} | {"Cmd":["x"]}
            """)
    void requestChangesWithTheVersion(Body body, String version, String before, String newest) throws IOException {
        VersionStep step = step(version);
        JsonNode tree = json(before);
        step.up(body, (com.fasterxml.jackson.databind.node.ObjectNode) tree);
        assertThat(tree).isEqualTo(json(newest));
    }

    @Test
    void chainGoesFromTheNewestToTheOldestStep() {
        assertThat(Compatibility.steps())
                .extracting(VersionStep::version)
                .isSortedAccordingTo(Comparator.reverseOrder())
                .doesNotHaveDuplicates()
                .allSatisfy(v -> assertThat(v).isGreaterThan(ApiVersion.OLDEST));
    }

    @Test
    void oldClientGetsAllStepsInOrder() throws IOException {
        JsonNode old = Compatibility.answer(
                Body.IMAGE_INSPECT,
                json("{\"Size\":7,\"Descriptor\":{},\"Config\":{\"User\":\"u\"}}"),
                ApiVersion.OLDEST);
        assertThat(old.path("VirtualSize").asInt()).isEqualTo(7);
        assertThat(old.has("Descriptor")).isFalse();
        // made of a configuration that 1.50's step has widened before
        assertThat(old.path("ContainerConfig").path("Tty").isBoolean()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Body.class)
    void newestClientGetsWhatTheEngineSays(Body body) throws IOException {
        String text =
                "{\"Size\":7,\"Config\":{},\"HostConfig\":{\"AutoRemove\":true},\"SecurityOptions\":[\"name=a\"]}";
        assertThat(Compatibility.answer(body, json(text), ApiVersion.NEWEST)).isEqualTo(json(text));
        assertThat(Compatibility.request(body, json(text), ApiVersion.NEWEST)).isEqualTo(json(text));
        assertThat(Compatibility.isNewest(ApiVersion.NEWEST)).isTrue();
        assertThat(Compatibility.isNewest(ApiVersion.OLDEST)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Body.class)
    void treesOfAnUnexpectedFormDoNotBreakTheChain(Body body) throws IOException {
        for (String text :
                new String[] {"{}", "[]", "null", "[1]", "{\"Config\":null,\"HostConfig\":[],\"Runtimes\":{\"a\":1}}"
                }) {
            assertThat(Compatibility.answer(body, json(text), ApiVersion.OLDEST))
                    .isNotNull();
        }
    }

    private static VersionStep step(String version) {
        return Compatibility.steps().stream()
                .filter(s -> s.version().toString().equals(version))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no step " + version));
    }

    private static JsonNode json(String text) throws IOException {
        return ApiJson.mapper().readTree(text);
    }
}
