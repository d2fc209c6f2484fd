package dev.ferry.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class StacksTest {

    @Test
    void everyBarHasItsPartsAndItsSum() throws Exception {
        Stacks picture = new Stacks("a <title>", List.of("one", "two", "three"));
        picture.add("bar", Map.of("one", Duration.ofMillis(30), "three", Duration.ofMillis(12)));
        picture.add("other", Map.of("two", Duration.ofMillis(1)));
        String svg = picture.svg();
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        // the ground, three in the legend, three parts
        assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(7);
        assertThat(svg).contains("42 ms", "1 ms", "a &lt;title&gt;");
    }

    @Test
    void aPartWithoutANameIsRefused() {
        Stacks picture = new Stacks("title", List.of("one"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> picture.add("bar", Map.of("four", Duration.ZERO)))
                .withMessage("no part is called [four]");
    }

    @Test
    void pictureOfNothingIsStillAPicture() {
        assertThat(new Stacks("empty", List.of()).svg()).startsWith("<svg").endsWith("</svg>\n");
    }
}
