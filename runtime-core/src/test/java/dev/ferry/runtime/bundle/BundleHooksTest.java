package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hooks that run in the container's namespaces. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class BundleHooksTest {
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

    private static ObjectNode hook(ObjectNode config, String kind, String script) {
        ObjectNode hook =
                config.withObject("/hooks").withArray(kind).addObject().put("path", "/bin/sh");
        hook.withArray("args").add("sh").add("-c").add(script);
        hook.withArray("env").add("PATH=/usr/sbin:/usr/bin:/sbin:/bin").add("WHO=me");
        return hook;
    }

    @Test
    void hookOfCreationSeesTheHostsFilesAndTheContainersMounts() throws Exception {
        Path heard = folder.resolve("heard");
        ObjectNode config = rig.config("cat /tmp/more/mounted; ls /tmp/more; echo up; sleep 1000");
        Files.createDirectories(root.resolve("tmp/more"));
        hook(
                config,
                "createContainer",
                "cat > %1$s; echo $WHO >> %1$s; readlink /proc/self/ns/net >> %1$s; ls %2$s/proc/self/comm >> %1$s;"
                                .formatted(heard, root)
                        + " mount -t tmpfs none %1$s/tmp/more; echo by the hook > %1$s/tmp/more/mounted"
                                .formatted(root));
        RuntimeProgram.Result created = rig.create(RuntimeRig.ID, config);
        assertThat(created.code()).as(created.err()).isZero();
        String pid = Integer.toString(rig.pid());
        assertThat(Files.readString(heard))
                .contains("\"status\" : \"creating\"")
                .contains("\"pid\" : " + pid)
                .endsWith("me\n" + Files.readSymbolicLink(Path.of("/proc", pid, "ns/net")) + "\n" + root
                        + "/proc/self/comm\n");
        // what it has mounted is mounted in the container, and nowhere else
        assertThat(root.resolve("tmp/more")).isEmptyDirectory();
        assertThat(rig.call("start", RuntimeRig.ID).code()).isZero();
        assertThat(rig.awaitUp(RuntimeRig.ID)).isEqualTo("by the hook\nmounted\nup\n");
        assertThat(rig.call("exec", RuntimeRig.ID, "cat", "/proc/1/mountinfo").out())
                .doesNotContain("shared:");
    }

    @Test
    void hookOfTheStartRunsInsideBeforeTheProgram() throws Exception {
        ObjectNode config = rig.config("cat /tmp/heard; echo up; sleep 1000");
        hook(config, "startContainer", "cat > /tmp/heard; echo $WHO $$ $(cat /proc/1/comm) >> /tmp/heard");
        assertThat(rig.create(RuntimeRig.ID, config).code()).isZero();
        assertThat(root.resolve("tmp/heard")).doesNotExist();
        assertThat(rig.call("start", RuntimeRig.ID).code()).isZero();
        assertThat(rig.awaitUp(RuntimeRig.ID))
                .contains("\"status\" : \"created\"")
                .contains("me ");
    }

    @Test
    void hookThatFailsEndsTheCreationAndIsQuoted() throws Exception {
        ObjectNode config = rig.config("true");
        hook(config, "createContainer", "echo no room; exit 3");
        RuntimeProgram.Result created = rig.create(RuntimeRig.ID, config);
        assertThat(created.code()).isEqualTo(1);
        assertThat(created.err()).contains("createContainer hook \"/bin/sh\" ended with 3, and said: no room");
        assertThat(rig.call("list", "--quiet").out()).isEmpty();
    }

    @Test
    void hookThatFailsEndsTheStart() throws Exception {
        ObjectNode config = rig.config("echo up");
        hook(config, "startContainer", "exit 0");
        hook(config, "startContainer", "exit 4");
        assertThat(rig.create(RuntimeRig.ID, config).code()).isZero();
        RuntimeProgram.Result started = rig.call("start", RuntimeRig.ID);
        assertThat(started.code()).isEqualTo(1);
        assertThat(started.err()).contains("startContainer hook \"/bin/sh\" ended with 4");
        assertThat(folder.resolve(RuntimeRig.ID + ".out")).isEmptyFile();
    }

    @Test
    void hookThatTakesTooLongIsEnded() throws Exception {
        for (String kind : new String[] {"createContainer", "startContainer"}) {
            ObjectNode config = rig.config("echo up");
            hook(config, kind, "sleep 1000").put("timeout", 1);
            RuntimeProgram.Result result = rig.startAs(RuntimeRig.ID, config);
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.err())
                    .contains(kind
                            + " hook \"/bin/sh\" was ended by signal 9 (as is one that does not end within its 1 s)");
            rig.end();
        }
    }

    @Test
    void hookThatIsNotThereIsTold() throws Exception {
        ObjectNode config = rig.config("true");
        config.withObject("/hooks").withArray("createContainer").addObject().put("path", "/no/such");
        assertThat(rig.create(RuntimeRig.ID, config).err())
                .contains("createContainer hook \"/no/such\" ended with 127 (as does one that cannot be executed)");
    }
}
