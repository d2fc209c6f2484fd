package dev.ferry.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class DistributionsTest {

    @Test
    void everySeriesIsACurveWithItsMedian() throws Exception {
        Samples fast = new Samples();
        Samples slow = new Samples();
        for (int i = 1; i <= 20; i++) {
            fast.add(Duration.ofMillis(i));
            slow.add(Duration.ofMillis(20L * i));
        }
        Distributions picture = new Distributions("a <title> & more");
        picture.add("fast", fast);
        picture.add("slow", slow);
        picture.add("absent", new Samples());
        String svg = picture.svg();
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("path").getLength()).isEqualTo(2);
        assertThat(svg)
                .contains("median 10 ms", "median 200 ms", "a &lt;title&gt; &amp; more")
                .doesNotContain("absent");
    }

    @Test
    void pictureOfNothingIsStillAPicture() {
        assertThat(new Distributions("empty").svg()).startsWith("<svg").endsWith("</svg>\n");
    }
}
