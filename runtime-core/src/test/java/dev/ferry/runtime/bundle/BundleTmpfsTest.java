package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.runtime.linux.ExtendedAttributes;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a tmpfs takes from the directory that it hides. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class BundleTmpfsTest {
    private static final String STAT = "stat -c '%n %F %a %u:%g %h %Y' ";

    @TempDir
    private Path folder;

    private RuntimeRig rig;
    private Path root;

    @BeforeEach
    void open() throws Exception {
        rig = new RuntimeRig(folder, folder.resolve("own-root"));
        root = rig.ownRoot();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static void tmpfs(ObjectNode config, String at, String... options) {
        ObjectNode mount = config.withArray("/mounts").addObject();
        mount.put("destination", at).put("type", "tmpfs").put("source", "tmpfs");
        for (String option : options) {
            mount.withArray("options").add(option);
        }
    }

    private String output(ObjectNode config) throws Exception {
        RuntimeProgram.Result result = rig.run(config);
        assertThat(result.code()).as(result.err()).isZero();
        return result.out();
    }

    /** A directory with one of each kind. */
    private Path data() throws Exception {
        Path data = Files.createDirectories(root.resolve("data"));
        Files.writeString(data.resolve("file"), "content\n");
        Files.createLink(data.resolve("second"), data.resolve("file"));
        Files.createSymbolicLink(data.resolve("link"), Path.of("/etc/passwd"));
        FileNodes.make(data.resolve("pipe"), FileNodes.S_IFIFO | 0600, 0, 0);
        FileNodes.changeMode(data.resolve("pipe"), 0620);
        FileNodes.make(data.resolve("null"), FileNodes.S_IFCHR | 0644, 1, 3);
        Path below = Files.createDirectories(data.resolve("below/deeper"));
        Files.writeString(below.resolve("empty"), "");
        FileNodes.changeOwner(data.resolve("file"), 5, 6);
        FileNodes.changeMode(data.resolve("file"), 04751);
        ExtendedAttributes.set(data.resolve("file"), "trusted.ferry", "mark".getBytes(StandardCharsets.UTF_8));
        FileNodes.changeOwner(data.resolve("link"), 7, 8);
        FileNodes.changeMode(data.resolve("below"), 03700);
        Instant then = Instant.parse("2001-02-03T04:05:06Z");
        for (String name : new String[] {"file", "link", "below", "pipe"}) {
            FileNodes.changeTimes(data.resolve(name), then, then);
        }
        FileNodes.changeMode(data, 0751);
        return data;
    }

    @Test
    void tmpfsTakesWhatTheImageHas() throws Exception {
        Path data = data();
        String shown = "cd /data; " + STAT + ". file link pipe below; cat second; readlink link; stat -c %t,%T null;"
                + " ls below/deeper; echo changed > file; rm -r below; grep -c ' /data tmpfs ' /proc/mounts; echo up; sleep 1000";
        ObjectNode config = rig.config(shown);
        tmpfs(config, "/data", "tmpcopyup", "nosuid");
        String said = rig.start(config);
        long then = Instant.parse("2001-02-03T04:05:06Z").getEpochSecond();
        assertThat(said.lines().toList().getFirst()).startsWith(". directory 751 0:0 ");
        assertThat(said)
                .contains("file regular file 4751 5:6 2 " + then)
                .contains("link symbolic link 777 7:8 1 " + then)
                .contains("pipe fifo 620 0:0 1 " + then)
                .contains("below directory 3700 0:0 3 " + then)
                .endsWith("content\n/etc/passwd\n1,3\nempty\n1\nup\n");
        Path inside = Path.of("/proc", String.valueOf(rig.pid()), "root", "data", "file");
        assertThat(ExtendedAttributes.value(inside, "trusted.ferry"))
                .hasValueSatisfying(value -> assertThat(value).asString().isEqualTo("mark"));
        assertThat(data.resolve("file")).content().isEqualTo("content\n");
        assertThat(data.resolve("below/deeper/empty")).exists();
    }

    @Test
    void linkOfTheImageLeadsNowhereElse() throws Exception {
        Path secret = Files.createDirectories(folder.resolve("secret"));
        Files.writeString(secret.resolve("key"), "");
        Files.createDirectories(root.resolve("data"));
        Files.createSymbolicLink(root.resolve("data/out"), secret);
        Files.createSymbolicLink(root.resolve("way"), Path.of("/" + "../".repeat(20) + secret));
        ObjectNode config = rig.config("ls /data /way/; ls -A /data/out/");
        tmpfs(config, "/data", "tmpcopyup");
        tmpfs(config, "/way", "tmpcopyup");
        RuntimeProgram.Result result = rig.run(config);
        assertThat(result.out()).doesNotContain("key");
        assertThat(secret.resolve("key")).exists();
    }

    /** Only what comes after a mount is looked at: a bind mount's files are taken as well. */
    @Test
    void tmpfsTakesWhatMountsBeforeItShow() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source/sub"));
        Files.writeString(source.resolve("file"), "bound\n");
        ObjectNode config = rig.config("cat /data/sub/file; : > /data/sub/new");
        ObjectNode mount = config.withArray("/mounts").addObject();
        mount.put("destination", "/data")
                .put("type", "bind")
                .put("source", folder.resolve("source").toString());
        mount.withArray("options").add("rbind").add("ro");
        tmpfs(config, "/data/sub", "tmpcopyup", "mode=700");
        assertThat(output(config)).isEqualTo("bound\n");
        assertThat(source.resolve("new")).doesNotExist();
    }

    @Test
    void tmpfsHasTheModeOfItsPlaceIfItsOptionsHaveNone() throws Exception {
        FileNodes.changeMode(Files.createDirectories(root.resolve("closed")), 0700);
        ObjectNode config = rig.config("stat -c %a /closed /open /missing");
        tmpfs(config, "/closed", "ro");
        FileNodes.changeMode(Files.createDirectories(root.resolve("open")), 0700);
        tmpfs(config, "/open", "mode=1770");
        tmpfs(config, "/missing");
        assertThat(output(config)).isEqualTo("700\n1770\n1777\n");
    }

    @Test
    void userNamespaceSeesTheOwnersThatItHas() throws Exception {
        Path data = Files.createDirectories(root.resolve("data"));
        Files.writeString(data.resolve("file"), "");
        FileNodes.changeOwner(data.resolve("file"), RuntimeRig.MAPPED_ROOT + 3, RuntimeRig.MAPPED_ROOT + 4);
        ObjectNode config = rig.mapped("stat -c %u:%g /data/file");
        tmpfs(config, "/data", "tmpcopyup");
        assertThat(output(config)).isEqualTo("3:4\n");
    }

    @Test
    void whatDoesNotFitIsToldAndLeavesNothing() throws Exception {
        Path data = Files.createDirectories(root.resolve("data"));
        Files.write(data.resolve("large"), new byte[1 << 20]);
        ObjectNode config = rig.config("true");
        tmpfs(config, "/data", "tmpcopyup", "size=64k");
        RuntimeProgram.Result result = rig.run(config);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("cannot copy what the image has at \"/data\" into the tmpfs there")
                .contains("give it a larger size");
        rig.assertNothingIsLeft();
    }
}
