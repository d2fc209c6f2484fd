package dev.ferry.runtime.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.NamespaceThread;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
@LeakChecked
@Requires(Feature.ROOT)
class NetworkNamespacesKernelTest {
    @TempDir
    Path directory;

    @Test
    void aNewNetworkHasOnlyALoopbackInterfaceThatIsUp() throws Exception {
        Path pin = directory.resolve("net").resolve("c1");
        NetworkNamespaces.create(pin);
        try (Fd namespace = OpenFiles.open(pin, OpenFlags.O_RDONLY)) {
            String devices = NamespaceThread.inside(
                    namespace,
                    NamespaceKind.NETWORK.cloneFlag(),
                    () -> Files.readString(Path.of("/proc/thread-self/net/dev")));
            String addresses = NamespaceThread.inside(
                    namespace,
                    NamespaceKind.NETWORK.cloneFlag(),
                    () -> Files.readString(Path.of("/proc/thread-self/net/fib_trie")));

            assertThat(devices.lines().skip(2)).singleElement().asString().contains("lo:");
            // the kernel gives lo its address when it is switched on
            assertThat(addresses).contains("127.0.0.1");
        } finally {
            NetworkNamespaces.remove(pin);
        }
    }

    @Test
    void theNamespaceIsNotOurs() throws Exception {
        Path pin = directory.resolve("c1");
        Object ours = Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:ino");
        NetworkNamespaces.create(pin);
        try {
            assertThat(NetworkNamespaces.inode(pin)).isNotEqualTo(((Number) ours).longValue());
            assertThat(Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:ino"))
                    .isEqualTo(ours);
        } finally {
            NetworkNamespaces.remove(pin);
        }
    }

    @Test
    void whatAnEarlierEngineLeftIsReplacedOrRemoved() throws Exception {
        Path pin = directory.resolve("c1");
        Path crashed = Files.createFile(directory.resolve("c2"));
        NetworkNamespaces.create(pin);
        long first = NetworkNamespaces.inode(pin);
        NetworkNamespaces.create(pin);

        assertThat(NetworkNamespaces.isPinned(pin)).isTrue();
        assertThat(NetworkNamespaces.inode(pin)).isNotEqualTo(first);
        assertThat(NetworkNamespaces.isPinned(crashed)).isFalse();

        assertThat(NetworkNamespaces.removeExcept(directory, Set.of(pin))).containsExactly(crashed);
        assertThat(NetworkNamespaces.isPinned(pin)).isTrue();
        assertThat(NetworkNamespaces.removeExcept(directory, Set.of())).containsExactly(pin);
        assertThat(pin).doesNotExist();
    }

    @Test
    void removingTwiceIsDone() throws Exception {
        Path pin = directory.resolve("c1");
        NetworkNamespaces.create(pin);
        NetworkNamespaces.remove(pin);
        NetworkNamespaces.remove(pin);

        assertThatThrownBy(() -> NetworkNamespaces.inode(pin))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(pin.toString());
    }

    @Test
    void aFileOfSomebodyElseIsLeftAlone() throws Exception {
        Path file = Files.writeString(directory.resolve("notes"), "keep");

        assertThatThrownBy(() -> NetworkNamespaces.create(file)).isInstanceOf(IOException.class);
        assertThat(file).hasContent("keep");
    }
}
