package dev.ferry.criu.bundle;

import static dev.ferry.criu.bundle.CheckpointRig.COUNTER;
import static dev.ferry.criu.bundle.CheckpointRig.assertCounts;
import static dev.ferry.criu.bundle.CheckpointRig.joined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.criu.bundle.CheckpointRig.Ends;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.namespace.NetworkNamespaces;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container finds around it when it comes back. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS, Feature.CRIU})
class BundleRestoreTest {
    private static final List<Hooks.Hook> NO_HOOKS = List.of();

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private CheckpointRig rig;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() {
        rig = new CheckpointRig(folder, shared.resolve("root"));
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @Test
    void namespaceThatIsGivenStaysAndItsOwnIsMadeAnew() throws Exception {
        Path network = folder.resolve("network");
        NetworkNamespaces.create(network);
        try {
            Path bundle = rig.bundle(
                    "a",
                    rig.shell("a", COUNTER)
                            .joinNamespace(NamespaceKind.NETWORK, network.toString())
                            .build());
            rig.running("a", bundle).awaitLines(1);
            String before = rig.inside("a", "readlink", "/proc/1/ns/net");
            rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
            rig.ends()
                    .mustCall(
                            "restore", "--detach", "--image-path", rig.images().toString(), "a");
            assertThat(rig.inside("a", "readlink", "/proc/1/ns/net")).isEqualTo(before);
            rig.mustCall("delete", "--force", "a");
        } finally {
            NetworkNamespaces.remove(network);
        }

        rig.running("b", rig.bundle("b", rig.shell("b", COUNTER).build())).awaitLines(1);
        String before = rig.inside("b", "readlink", "/proc/1/ns/net");
        String loopback = rig.inside("b", "cat", "/sys/class/net/lo/flags");
        Path others = folder.resolve("others");
        rig.mustCall("checkpoint", "--image-path", others.toString(), "b");
        rig.ends().mustCall("restore", "--detach", "--image-path", others.toString(), "b");
        assertThat(rig.inside("b", "readlink", "/proc/1/ns/net")).isNotEqualTo(before);
        assertThat(rig.inside("b", "cat", "/sys/class/net/lo/flags")).isEqualTo(loopback);
    }

    /** podman brings a container back in a root of its own, where only its image is. */
    @Test
    void mountsAreMadeAgainInAFreshRoot() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path note = Files.writeString(folder.resolve("note"), "noted");
        Path first = TestRoot.makeIn(folder.resolve("first"));
        Path second = TestRoot.makeIn(folder.resolve("second"));
        for (Path root : List.of(first, second)) {
            Files.createSymbolicLink(root.resolve("var/link"), Path.of("/home"));
        }
        Spec spec = rig.shell("a", "cd /; " + COUNTER)
                .mount(new Mount("/volume", "bind", data.toString(), List.of("rbind", "rw")))
                .mount(new Mount("/etc/note", "bind", note.toString(), List.of("bind", "ro")))
                .mount(new Mount("/var/link/here", "bind", data.toString(), List.of("bind", "ro")))
                .mount(new Mount("/scratch", "tmpfs", "tmpfs", List.of("size=1m")))
                .build();
        Path bundle = rig.runtime().bundle("a", spec, first);
        Ends before = rig.running("a", bundle);
        before.awaitLines(1);
        rig.inside("a", "sh", "-c", "echo kept > /scratch/file");
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
        Files.delete(bundle.resolve("rootfs"));
        Files.createSymbolicLink(bundle.resolve("rootfs"), second);
        Files.writeString(data.resolve("file"), "seen");
        Ends after = rig.ends();
        after.mustCall(
                "restore",
                "--detach",
                "--bundle",
                bundle.toString(),
                "--image-path",
                rig.images().toString(),
                "a");
        after.awaitLines(1);
        assertCounts(joined(before.lines(), after.lines()));
        assertThat(rig.inside("a", "cat", "/volume/file", "/home/here/file", "/etc/note", "/scratch/file"))
                .isEqualTo("seenseennotedkept\n");
        rig.inside("a", "sh", "-c", "echo more > /volume/more; if echo no > /etc/note; then exit 1; fi");
        assertThat(data.resolve("more")).hasContent("more");
        assertThat(folder.resolve("second/home/here")).isDirectory();
    }

    @Test
    void hooksRunInTheNewNamespacesAndCanRefuse() throws Exception {
        Path heard = folder.resolve("heard");
        Path script = Files.writeString(
                folder.resolve("hook.sh"), "cat > " + heard + "; [ ! -e " + folder.resolve("refuse") + " ]\n");
        var hook = new Hooks.Hook("/bin/sh", List.of("sh", script.toString()), List.of("PATH=/usr/bin:/bin"), 20);
        Spec plain = rig.shell("a", COUNTER).build();
        Spec spec = new Spec(
                plain.ociVersion(),
                plain.root(),
                plain.process(),
                plain.hostname(),
                plain.domainname(),
                plain.mounts(),
                new Hooks(NO_HOOKS, List.of(hook), NO_HOOKS, NO_HOOKS, NO_HOOKS, NO_HOOKS),
                plain.linux(),
                plain.annotations());
        Path bundle = rig.bundle("a", spec);
        rig.running("a", bundle).awaitLines(1);
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
        rig.mustCall("delete", "a");
        Files.createFile(folder.resolve("refuse"));
        String[] restore = {
            "restore",
            "--detach",
            "--bundle",
            bundle.toString(),
            "--image-path",
            rig.images().toString(),
            "a"
        };
        assertThat(rig.ends().call(Map.of(), restore).err()).contains("createRuntime hook \"/bin/sh\" ended with 1");
        assertThat(rig.runtime().call("list", "--quiet").out()).isEmpty();
        assertThat(CgroupHierarchies.ofHost().open(rig.parent().child("a")).exists())
                .isFalse();
        Files.delete(folder.resolve("refuse"));
        Files.delete(heard);
        rig.ends().mustCall(restore);
        assertThat(heard)
                .content()
                .contains("\"status\" : \"creating\"")
                .contains("\"pid\" : " + rig.state("a", "pid"));
    }
}
