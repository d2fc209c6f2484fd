package dev.ferry.runtime.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonObjectTest {
    private enum Colour {
        RED,
        BLUE
    }

    private static <T> T read(String json, JsonObject.Reader<T> reader) throws JsonRefused {
        return JsonObject.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), reader);
    }

    @Test
    void membersThatAreMissingOrNullAreNull() throws Exception {
        String none = read("{'b':null,'more':[]}", from -> from.text("a") + from.text("b"));

        assertThat(none).isEqualTo("nullnull");
    }

    @Test
    void wholeNumbersKeepEveryBit() throws Exception {
        String numbers = read(
                "{'a':9223372036854775807,'b':-9223372036854775808,'c':18446744073709551615,'d':-2147483648}",
                from -> from.numberOrZero("a") + " " + from.numberOrZero("b") + " " + from.unsignedOrZero("c") + " "
                        + from.integerOrZero("d"));

        assertThat(numbers).isEqualTo("9223372036854775807 -9223372036854775808 -1 -2147483648");
    }

    @Test
    void aChoiceIsOneOfItsWords() throws Exception {
        String colours =
                read("{'c':['RED','BLUE']}", from -> String.valueOf(from.choices("c", Colour.values(), Enum::name)));

        assertThat(colours).isEqualTo("[RED, BLUE]");
    }

    /** The reader asks for all kinds at once: what is missing is nobody's mistake. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'text':1} | at \"text\": is 1; it must be a text",
                "{'text':true} | it must be a text",
                "{'is':'true'} | is the text \"true\"; it must be true or false",
                "{'is':0} | it must be true or false",
                "{'integer':'1'} | it must be a whole number",
                "{'integer':1.0} | is 1.0; it must be a whole number",
                "{'integer':1e2} | it must be a whole number",
                "{'integer':2147483648} | no number of 32 bits",
                "{'number':9223372036854775808} | no number of 64 bits",
                "{'unsigned':-1} | is -1; it must lie between 0 and 18446744073709551615",
                "{'unsigned':18446744073709551616} | it must lie between 0 and 18446744073709551615",
                "{'choice':'GREEN'} | is \"GREEN\"; it must be one of RED, BLUE",
                "{'choice':0} | it must be a text",
                "{'texts':'a'} | it must be an array",
                "{'texts':['a',2]} | at \"texts[1]\": is 2; it must be a text",
                "{'texts':[null]} | at \"texts[0]\": is null",
                "{'object':[]} | at \"object\": is an array; it must be an object",
                "{'objects':[{},{'text':1}]} | at \"objects[1].text\"",
                "{'object':{'object':{'objects':[{'text':1}]}}} | at \"object.object.objects[0].text\"",
                "{'byName':{'some':{'text':[]}}} | at \"byName.some.text\"",
                "{'object':{'text':'refuse'}} | at \"object\": I do not like it",
                "[] | at \"the whole document\": is an array; it must be an object",
                "null | is null; it must be an object"
            })
    void whatIsOfTheWrongKindIsRefusedWithItsPlace(String json, String complaint) {
        assertThatThrownBy(() -> read(json, JsonObjectTest::everything))
                .isInstanceOf(JsonRefused.Content.class)
                .hasMessageContaining(complaint);
    }

    private static String everything(JsonObject from) throws JsonRefused {
        from.is("is");
        from.integer("integer");
        from.number("number");
        from.unsignedOrZero("unsigned");
        from.choice("choice", Colour.values(), Enum::name);
        from.texts("texts");
        from.object("object", JsonObjectTest::everything);
        from.objects("objects", JsonObjectTest::everything);
        from.objectsByName("byName", JsonObjectTest::everything);
        if ("refuse".equals(from.text("text"))) {
            throw new IllegalArgumentException("I do not like it");
        }
        return "";
    }
}
