package dev.ferry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One field of a good configuration is changed at a time. */
class ConfigMutationsTest {
    @Test
    void everyFieldComesBackAsItWas() throws Exception {
        JsonNode config = FullConfig.document();

        assertThat(writtenAgain(config)).isEqualTo(config);
    }

    /** Every place of the document: objects, lists and what they hold. */
    static Stream<String> places() {
        List<String> places = new ArrayList<>();
        collect(FullConfig.document(), "", places);
        return places.stream();
    }

    private static void collect(JsonNode node, String place, List<String> places) {
        if (!place.isEmpty()) {
            places.add(place);
        }
        node.properties().forEach(field -> collect(field.getValue(), place + "/" + field.getKey(), places));
        for (int i = 0; i < (node.isArray() ? node.size() : 0); i++) {
            collect(node.get(i), place + "/" + i, places);
        }
    }

    @ParameterizedTest
    @MethodSource("places")
    void valueOfTheWrongKindIsRefusedByItsPlace(String place) {
        JsonNode there = FullConfig.document().at(place);
        String wrong = there.isTextual() ? "7" : there.isContainerNode() ? "\"text\"" : "{\"an\": \"object\"}";

        assertRefused(place, wrong, named(place));
    }

    /** What is left out is either required, and missed by its name, or stays left out. */
    @ParameterizedTest
    @MethodSource("places")
    void fieldThatIsLeftOutIsMissedOrStaysSo(String place) throws Exception {
        ObjectNode config = FullConfig.document();
        JsonPointer pointer = JsonPointer.compile(place);
        JsonNode parent = config.at(pointer.head());
        if (parent instanceof ArrayNode list) {
            list.remove(pointer.last().getMatchingIndex());
        } else {
            ((ObjectNode) parent).remove(pointer.last().getMatchingProperty());
        }

        Spec spec;
        try {
            spec = OciJson.readSpec(FullConfig.PLAIN.writeValueAsBytes(config));
        } catch (InvalidSpec e) {
            assertThat(e).hasMessageContaining(named(place));
            return;
        }
        assertThat(OciJson.readSpec(OciJson.write(spec))).isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/process/user/uid | -1 | process.user.uid",
                "/process/user/gid | 4294967296 | process.user.gid",
                "/process/user/additionalGids/0 | -9 | additionalGids",
                "/process/oomScoreAdj | 1001 | oomScoreAdj",
                "/process/oomScoreAdj | 1e2 | oomScoreAdj",
                "/process/rlimits/0/type | \"NOFILE\" | rlimits",
                "/process/rlimits/0/soft | -1 | soft",
                "/process/rlimits/0/hard | 18446744073709551616 | hard",
                "/process/args/0 | null | args",
                "/process/env | [null] | env",
                "/annotations/test.harbour.berth | null | annotations",
                "/hooks/createRuntime/0/timeout | 0 | timeout",
                "/linux/devices/0/type | \"x\" | type",
                "/linux/devices/0/major | 9223372036854775808 | major",
                "/linux/uidMappings/0/size | -1 | size",
                "/linux/gidMappings/0/hostID | 4294967296 | hostID",
                "/linux/namespaces/1/type | \"pid\" | linux.namespaces",
                "/linux/namespaces/1/type | \"moon\" | type",
                "/linux/resources/devices/0/access | \"rx\" | access",
                "/linux/resources/devices/1/type | \"d\" | type",
                "/linux/resources/memory/limit | 1.5 | limit",
                "/linux/resources/pids/limit | \"33\" | limit",
                "/linux/resources/hugepageLimits/0/pageSize | \"2mb\" | pageSize",
                "/linux/resources/hugepageLimits/0/limit | -2 | limit",
                "/linux/resources/blockIO/throttleReadBpsDevice/0/rate | -1 | rate",
                "/linux/resources/rdma/card0/hcaHandles | \"three\" | hcaHandles",
                "/linux/seccomp/defaultAction | \"SCMP_ACT_SHRUG\" | defaultAction",
                "/linux/seccomp/architectures/1 | \"SCMP_ARCH_PDP11\" | architectures",
                "/linux/seccomp/flags/0 | 1 | flags",
                "/linux/seccomp/syscalls/0/names | [] | names",
                "/linux/seccomp/syscalls/0/args/0/index | 6 | index",
                "/linux/seccomp/syscalls/0/args/0/op | \"SCMP_CMP_NEAR\" | op",
            })
    void valueOutOfBoundsIsRefusedByItsField(String place, String bad, String named) {
        assertRefused(place, bad, named);
    }

    /** The reader's own escapes are the only way to these: Jackson reads them, and cannot write them or would end a C string. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "a\\u0000b | NUL",
                "\\ud800 | half of a surrogate pair",
                "\\udc00\\ud800 | half of a surrogate pair",
                "\\uD83D\\u0041 | half of a surrogate pair",
            })
    void textThatCannotGoOnIsRefused(String text, String complaint) {
        byte[] json = utf8("{\"ociVersion\":\"1.0.0\",\n\"hostname\":\"" + text + "\"}");

        assertThatThrownBy(() -> OciJson.readSpec(json))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining(complaint)
                .hasMessageContaining("in line 2");
    }

    @Test
    void escapesThatMeanSomethingAreKept() throws Exception {
        Spec spec = OciJson.readSpec(
                utf8("{\"ociVersion\":\"1.0.0\",\"hostname\":\"\\ud83d\\ude80 \\\\u0000 \\\"\\u00e9\"}"));

        assertThat(spec.hostname()).isEqualTo("\ud83d\ude80 \\u0000 \"\u00e9");
        assertThat(OciJson.readSpec(OciJson.write(spec))).isEqualTo(spec);
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        for (byte[] json : List.of(
                "{\"ociVersion\":\"1.0.0\",\"hostname\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1),
                // half of a surrogate pair, in three bytes as UTF-8 would have it if it could be
                "{\"ociVersion\":\"1.0.0\",\"hostname\":\"\u00ed\u00a0\u0080\"}"
                        .getBytes(StandardCharsets.ISO_8859_1))) {
            assertThatThrownBy(() -> OciJson.readSpec(json))
                    .isInstanceOf(InvalidSpec.class)
                    .hasMessageContaining("no UTF-8");
        }
        byte[] utf16 = "{\"ociVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_16BE);
        assertThatThrownBy(() -> OciJson.readSpec(utf16)).isInstanceOf(InvalidSpec.class);
    }

    @Test
    void errorQuotesOnlyTheBeginningOfWhatIsLong() {
        ObjectNode config = FullConfig.document();
        ((ObjectNode) config.at("/linux/devices/0")).put("type", "x".repeat(1_000_000));

        assertThatThrownBy(() -> OciJson.readSpec(FullConfig.PLAIN.writeValueAsBytes(config)))
                .isInstanceOf(InvalidSpec.class)
                .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(3000));
    }

    private static void assertRefused(String place, String bad, String named) {
        assertThatThrownBy(() -> {
                    ObjectNode config = FullConfig.document();
                    JsonPointer pointer = JsonPointer.compile(place);
                    JsonNode value = FullConfig.PLAIN.readTree(bad);
                    JsonNode parent = config.at(pointer.head());
                    if (parent instanceof ArrayNode list) {
                        list.set(pointer.last().getMatchingIndex(), value);
                    } else {
                        ((ObjectNode) parent).set(pointer.last().getMatchingProperty(), value);
                    }
                    OciJson.readSpec(FullConfig.PLAIN.writeValueAsBytes(config));
                })
                .as("%s = %s", place, bad)
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining(named);
    }

    /** The last name on the way there, which is that of the list for its entries. */
    private static String named(String place) {
        List<String> names = Stream.of(place.substring(1).split("/", -1))
                .filter(name -> !name.matches("[0-9]+"))
                .toList();
        return names.getLast();
    }

    private static JsonNode writtenAgain(JsonNode config) throws Exception {
        return FullConfig.PLAIN.readTree(OciJson.write(OciJson.readSpec(FullConfig.PLAIN.writeValueAsBytes(config))));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
