package dev.ferry.criu.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers that are checkpointed and come back as if nothing had been. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX})
final class CheckpointerTest {
    private static final String COUNTER = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done";

    @TempDir
    Path folder;

    private Rig rig;

    @BeforeEach
    void makeRig() throws Exception {
        rig = new Rig(folder);
    }

    @AfterEach
    void closeRig() throws Exception {
        rig.close();
    }

    /** The numbers that a counting script printed: all of them, in order, none twice. */
    static void assertCountsOn(String output) {
        List<String> lines = output.lines().toList();
        assertThat(lines)
                .isEqualTo(IntStream.range(0, lines.size())
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void counterGoesOnWithoutGapOrRepeat() throws Exception {
        Rig.Case counter = rig.start(COUNTER);
        counter.awaitOutput("5\n");

        CheckpointReport report = counter.checkpoint();
        String before = counter.output();
        assertThat(report.directory().isCommitted()).isTrue();
        counter.restore(report.directory());

        counter.awaitOutput(before + before.lines().count() + "\n");
        assertCountsOn(counter.output());
    }

    @Test
    void filesOfTheOverlayAreThereAgain() throws Exception {
        Rig.Case writer = rig.start(
                "echo old > /tmp/kept; exec 3>/tmp/open; exec 4</etc/passwd; echo ready;"
                        + " while ! [ -e /tmp/go ]; do sleep 0.02; done; echo more >&3; cat /tmp/kept; head -c 4 <&4; echo; echo end");
        writer.awaitOutput("ready");

        CheckpointReport report = writer.checkpoint();
        writer.restore(report.directory());
        Files.createFile(folder.resolve(writer.id + "/upper/tmp/go"));

        writer.awaitOutput("old\nroot\nend");
        assertThat(folder.resolve(writer.id + "/upper/tmp/open")).hasContent("more");
    }
}
