package dev.ferry.runtime.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void everyCharacterComesBack() throws Exception {
        var all = new StringBuilder();
        for (char c = 0; c < 0x180; c++) {
            all.append(c);
        }
        all.append("€😀");

        byte[] json = new JsonText().text("all", all.toString()).bytes();

        assertThat(new JsonMapper().readTree(json).path("all").textValue()).isEqualTo(all.toString());
        String back = JsonObject.read(json, from -> String.valueOf(from.text("all")));
        assertThat(back).isEqualTo(all.toString());
    }

    @Test
    void itIsLaidOutForPeopleAndWhatIsEmptyIsLeftOut() {
        var named = new LinkedHashMap<String, String>();
        named.put("a", "");
        named.put("b", "c");

        byte[] json = new JsonText()
                .text("id", "x")
                .text("none", "")
                .text("missing", null)
                .number("pid", 0)
                .texts("words", List.of("one", ""))
                .texts("nothing", List.of())
                .textsByName("named", named)
                .textsByName("empty", Map.of())
                .object("inner", new JsonText().number("n", -1))
                .object("hollow", new JsonText())
                .bytes();

        assertThat(new String(json, StandardCharsets.UTF_8)).isEqualTo("""
                {
                  "id" : "x",
                  "pid" : 0,
                  "words" : [ "one", "" ],
                  "named" : {
                    "a" : "",
                    "b" : "c"
                  },
                  "inner" : {
                    "n" : -1
                  },
                  "hollow" : { }
                }""");
    }
}
