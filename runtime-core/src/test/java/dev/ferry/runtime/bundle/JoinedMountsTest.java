package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers in a mount namespace that somebody else has made. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class JoinedMountsTest {
    @TempDir
    private Path folder;

    private RuntimeProgram runtime;
    private CgroupPath parent;

    @BeforeEach
    void open() throws Exception {
        TestRoot.makeIn(folder.resolve("root"));
        runtime = new RuntimeProgram(folder);
        parent = new CgroupPath("/" + OwnNames.fresh());
    }

    @AfterEach
    void close() throws Exception {
        runtime.call("delete", "--force", "a");
        CgroupHierarchies.ofHost().open(parent).delete(Duration.ofSeconds(10));
    }

    private RuntimeProgram.Result run(String namespace, String script) throws Exception {
        var spec = DefaultSpec.builder()
                .arguments(List.of("/bin/sh", "-c", script))
                .freshNamespace(NamespaceKind.NETWORK)
                .joinNamespace(NamespaceKind.MOUNT, namespace)
                .cgroupsPath(parent.child("a").value())
                .build();
        Path bundle = runtime.bundle("a", spec, folder.resolve("root"));
        return runtime.call("run", "--bundle", bundle.toString(), "a");
    }

    /** It has its own root there, and the host keeps its. */
    @Test
    void mountNamespaceIsJoinedByItsPath() throws Exception {
        // it tells that it is in a namespace of its own, and ends with its input
        Process other = new ProcessBuilder("unshare", "--mount", "sh", "-c", "echo up; exec cat")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("up");
            Path namespace = Path.of("/proc/" + other.pid() + "/ns/mnt");
            RuntimeProgram.Result result =
                    run(namespace.toString(), "readlink /proc/self/ns/mnt; test ! -e " + folder + " && echo apart");
            assertThat(result.code()).as(result.err()).isZero();
            assertThat(result.out().lines())
                    .containsExactly(Files.readSymbolicLink(namespace).toString(), "apart");
        } finally {
            other.outputWriter().close();
            other.waitFor();
        }
        assertThat(folder).exists();
    }

    @Test
    void runtimesOwnMountNamespaceIsNotGivenAway() throws Exception {
        RuntimeProgram.Result result = run("/proc/self/ns/mnt", "true");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("the container's root would become the host's");
    }
}
