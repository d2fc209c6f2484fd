package dev.ferry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.testing.FuzzTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Assertions;

/** Whatever is in the file: it is read, or refused by the one error that is for that. Each number is the seed of a document. */
class ConfigFuzzTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int TRIES = 400;

    /** What no field expects, as JSON text. */
    private static final List<String> ODD = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1e400",
            "-0.0",
            "9223372036854775808",
            "18446744073709551616",
            "1" + "0".repeat(900),
            "1" + "0".repeat(5000),
            "1e2147483647",
            "\"\"",
            "\"\\ud83d\"",
            "\"\\u0000\"",
            "\"" + "x".repeat(200_000) + "\"",
            "[]",
            "{}",
            "[[[[null]]]]",
            "[".repeat(900) + "]".repeat(900),
            "[".repeat(100_000),
            "{\"a\":".repeat(100_000),
            "{\"a\":1,\"a\":2}");

    private static final byte[] FULL = bytes(FullConfig.document());

    @Property(tries = TRIES, seed = "4711", shrinking = ShrinkingMode.OFF)
    void changedBytes(@ForAll long seed) {
        FuzzTime.run(TRIES, seed, random -> {
            byte[] json = FULL.clone();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                json[random.nextInt(json.length)] = (byte) random.nextInt(256);
            }
            readOrRefused(json);
        });
    }

    @Property(tries = TRIES, seed = "4712", shrinking = ShrinkingMode.OFF)
    void piecesCutOutAndPutElsewhere(@ForAll long seed) {
        FuzzTime.run(TRIES, seed, random -> {
            int from = random.nextInt(FULL.length);
            int to = Math.min(FULL.length, from + random.nextInt(200));
            byte[] piece = Arrays.copyOfRange(FULL, from, to);
            int at = random.nextInt(FULL.length);
            byte[] json = new byte[FULL.length + piece.length];
            System.arraycopy(FULL, 0, json, 0, at);
            System.arraycopy(piece, 0, json, at, piece.length);
            System.arraycopy(FULL, at, json, at + piece.length, FULL.length - at);
            readOrRefused(random.nextBoolean() ? json : Arrays.copyOf(json, random.nextInt(json.length)));
        });
    }

    /** A field gets a value that is none of its own: of another kind, too large, too deep, or that of another field. */
    @Property(tries = TRIES, seed = "4713", shrinking = ShrinkingMode.OFF)
    void fieldsWithOtherValues(@ForAll long seed) {
        FuzzTime.run(TRIES, seed, random -> {
            ObjectNode config = FullConfig.document();
            List<String> odd = new ArrayList<>();
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                String mark = "mark " + odd.size();
                List<JsonNode> parents = parents(config);
                JsonNode parent = parents.get(random.nextInt(parents.size()));
                JsonNode other = parents.get(random.nextInt(parents.size())).deepCopy();
                boolean swap = random.nextInt(3) == 0;
                if (parent instanceof ArrayNode list) {
                    if (swap) {
                        list.add(other);
                    } else {
                        list.insert(random.nextInt(list.size() + 1), mark);
                    }
                } else if (parent instanceof ObjectNode object && !object.isEmpty()) {
                    List<String> names =
                            object.properties().stream().map(Map.Entry::getKey).toList();
                    String name = names.get(random.nextInt(names.size()));
                    if (swap) {
                        object.set(name, other);
                    } else {
                        object.put(name, mark);
                    }
                }
                odd.add(ODD.get(random.nextInt(ODD.size())));
            }
            String text = new String(bytes(config), StandardCharsets.UTF_8);
            for (int i = 0; i < odd.size(); i++) {
                text = text.replace("\"mark " + i + "\"", odd.get(i));
            }
            readOrRefused(text.getBytes(StandardCharsets.UTF_8));
        });
    }

    @Property(tries = TRIES, seed = "4714", shrinking = ShrinkingMode.OFF)
    void anyBytes(@ForAll byte[] json) {
        readOrRefused(json);
    }

    private static void readOrRefused(byte[] json) {
        Assertions.assertTimeoutPreemptively(LONG, () -> {
            try {
                Spec spec = OciJson.readSpec(json);
                // not equal to the first: a text that is empty is not written, as if it had been absent
                byte[] written = OciJson.write(spec);
                assertThat(OciJson.write(OciJson.readSpec(written))).isEqualTo(written);
            } catch (InvalidSpec e) {
                assertThat(String.valueOf(e.getMessage())).isNotBlank().hasSizeLessThan(4000);
            }
        });
    }

    private static List<JsonNode> parents(JsonNode node) {
        List<JsonNode> parents = new ArrayList<>();
        if (node.isContainerNode()) {
            parents.add(node);
            for (JsonNode child : node) {
                parents.addAll(parents(child));
            }
        }
        return parents;
    }

    private static byte[] bytes(JsonNode node) {
        try {
            return FullConfig.PLAIN.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
