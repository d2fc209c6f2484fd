package dev.ferry.runtime.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A library that many use is the judge: what it reads we read the same, what it refuses we refuse. */
class JsonTreeTest {
    private static final JsonMapper JUDGE = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\\n\"",
        "\"é€😀\"",
        "\"\"",
        "0",
        "-1",
        "12.5e-3",
        "1E400",
        "01",
        "-",
        "true",
        "false",
        "null",
        "nul",
        " ",
        "\n",
        "\t",
        "\"",
        "\\",
        "\"\\x\"",
        "\"\\ud83d\\ude00\"",
        "\u0001",
        "18446744073709551615",
        "/",
        "'",
        ".5",
        "+1",
        "NaN",
        "\"\\u12\""
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "\"x\"",
                "0",
                "-0",
                "true",
                "false",
                "null",
                " {\"a\" : [ 1 , {\"b\":null} ] } ",
                "[[[[]]]]",
                "{\"a\":1,\"a\":2}",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"",
                "1.5E+10",
                "\"\\u0000\"",
                "{\"é\":\"😀\"}"
            })
    void whatIsJsonIsReadAsTheLibraryReadsIt(String text) throws Exception {
        assertThat(plain(JsonTree.read(utf8(text)))).isEqualTo(plain(JUDGE.readTree(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "'a'",
                "01",
                "1.",
                ".5",
                "-",
                "+1",
                "1e",
                "tru",
                "nulll",
                "\"a",
                "\"\\q\"",
                "\"\\u12x4\"",
                "\"\n\"",
                "[1 2]",
                "{\"a\" 1}",
                "{} {}",
                "// a\n{}",
                "NaN"
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> JsonTree.read(utf8(text))).isInstanceOf(JsonRefused.Syntax.class);
    }

    /** Texts of pieces that are now and then JSON: about one in ten is. */
    @Test
    void weAndTheLibraryAreOfOneMindAboutWhateverIsThrownAtUs() {
        var random = new Random(20260101);
        int accepted = 0;
        for (int round = 0; round < 40_000; round++) {
            var text = new StringBuilder();
            for (int left = random.nextInt(8); left >= 0; left--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            accepted += compare(text.toString()) ? 1 : 0;
        }
        assertThat(accepted).isGreaterThan(1000);
    }

    /** The same of whole documents with one byte changed. */
    @Test
    void oneChangedByteMattersToUsWhereItMattersToTheLibrary() {
        byte[] whole = utf8(
                "{\"a\":[1,-2.5e3,true,false,null,\"x\\n\\u00e9é\"],\"b\":{\"c\":{},\"d\":[]},\"e\":18446744073709551615}");
        var random = new Random(7);
        int accepted = 0;
        for (int round = 0; round < 40_000; round++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] = (byte) (random.nextInt(95) + 32);
            accepted += compare(new String(changed, StandardCharsets.ISO_8859_1)) ? 1 : 0;
        }
        assertThat(accepted).isGreaterThan(1000);
    }

    private static boolean compare(String text) {
        @Nullable Object judged;
        try {
            JsonNode tree = JUDGE.readTree(text);
            if (tree == null || tree.isMissingNode()) {
                throw new JsonParseException(null, "nothing");
            }
            judged = plain(tree);
        } catch (JsonProcessingException e) {
            assertThatThrownBy(() -> JsonTree.read(utf8(text))).as(text).isInstanceOf(JsonRefused.Syntax.class);
            return false;
        }
        try {
            assertThat(plain(JsonTree.read(utf8(text)))).as(text).isEqualTo(judged);
        } catch (JsonRefused.Syntax e) {
            throw new AssertionError("refused what is JSON: " + text, e);
        }
        return true;
    }

    @Test
    void aByteOrderMarkIsPassedOver() throws Exception {
        assertThat(plain(JsonTree.read(utf8("\uFEFF{}")))).isEqualTo(Map.of());
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        assertThatThrownBy(() -> JsonTree.read(new byte[] {'"', (byte) 0xc3, '"'}))
                .isInstanceOf(JsonRefused.Syntax.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void nestingHasAnEnd() throws Exception {
        assertThat(JsonTree.read(utf8("[".repeat(1000) + "]".repeat(1000)))).isInstanceOf(List.class);
        assertThatThrownBy(() -> JsonTree.read(utf8("[".repeat(100_000)))).hasMessageContaining("deeper than 1000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[1,\\n 2,,3] | line 2, column 4", "{\\n\\n  x | line 3, column 3"})
    void theRefusalNamesThePlace(String text, String place) {
        assertThatThrownBy(() -> JsonTree.read(utf8(text.replace("\\n", "\n")))).hasMessageContaining(place);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof JsonTree.Numeral number) {
            return number.isWhole() ? new BigInteger(number.text()) : Double.valueOf(number.text());
        }
        if (value instanceof List<?> list) {
            var all = new ArrayList<@Nullable Object>();
            list.forEach(each -> all.add(plain(each)));
            return all;
        }
        if (value instanceof Map<?, ?> map) {
            var all = new LinkedHashMap<@Nullable Object, @Nullable Object>();
            map.forEach((key, each) -> all.put(key, plain(each)));
            return all;
        }
        return value;
    }

    private static @Nullable Object plain(JsonNode node) {
        if (node.isArray()) {
            var all = new ArrayList<@Nullable Object>();
            node.forEach(each -> all.add(plain(each)));
            return all;
        }
        if (node.isObject()) {
            var all = new LinkedHashMap<@Nullable Object, @Nullable Object>();
            node.properties().forEach(each -> all.put(each.getKey(), plain(each.getValue())));
            return all;
        }
        if (node.isNumber()) {
            return node.isIntegralNumber() ? node.bigIntegerValue() : Double.valueOf(node.doubleValue());
        }
        return node.isTextual() ? node.textValue() : node.isBoolean() ? node.booleanValue() : null;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
