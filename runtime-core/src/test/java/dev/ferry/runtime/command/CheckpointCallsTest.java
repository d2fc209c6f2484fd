package dev.ferry.runtime.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.bundle.CheckpointFlags;
import dev.ferry.runtime.bundle.CheckpointFlags.CgroupsMode;
import dev.ferry.runtime.bundle.CheckpointFlags.PageServer;
import dev.ferry.runtime.bundle.CheckpointFlags.Switch;
import dev.ferry.runtime.command.Arguments.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointCallsTest {
    @TempDir
    private Path folder;

    private CheckpointFlags checkpoint(String... words) throws Exception {
        return CheckpointCalls.checkpoint(Arguments.parse(with(words), CheckpointCalls.CHECKPOINT));
    }

    private CheckpointFlags restore(String... words) throws Exception {
        return CheckpointCalls.restore(Arguments.parse(with(words), CheckpointCalls.RESTORE));
    }

    private List<String> with(String... words) {
        return Stream.concat(Stream.of(words), Stream.of("--image-path", folder.toString(), "c"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "leave-running, LEAVE_RUNNING, true, false",
        "pre-dump, PRE_DUMP, true, false",
        "tcp-established, TCP_ESTABLISHED, true, true",
        "tcp-skip-in-flight, TCP_SKIP_IN_FLIGHT, true, false",
        "tcp-close, TCP_CLOSE, false, true",
        "ext-unix-sk, EXTERNAL_UNIX_SOCKETS, true, true",
        "shell-job, SHELL_JOB, true, true",
        "file-locks, FILE_LOCKS, true, true",
        "link-remap, LINK_REMAP, true, false",
        "auto-dedup, AUTO_DEDUP, true, true",
        "lazy-pages, LAZY_PAGES, false, true",
        "empty-ns=network, EMPTY_NETWORK, true, true"
    })
    void flagIsUnderstoodWhereRuncHasIt(String flag, Switch means, boolean dump, boolean restore) throws Exception {
        if (dump) {
            assertThat(checkpoint("--" + flag).switches()).containsExactly(means);
            assertThat(checkpoint().switches()).isEmpty();
        }
        if (restore) {
            assertThat(restore("--" + flag).switches()).containsExactly(means);
            assertThat(restore().switches()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"soft, SOFT", "full, FULL", "strict, STRICT", "ignore, IGNORE"})
    void modesOfCgroups(String word, CgroupsMode mode) throws Exception {
        assertThat(checkpoint("--manage-cgroups-mode", word).cgroups()).isEqualTo(mode);
        assertThat(restore("--manage-cgroups-mode", word).cgroups()).isEqualTo(mode);
    }

    @Test
    void namesAreHandedOn() throws Exception {
        CheckpointFlags flags = restore("--lsm-profile", "apparmor:p", "--lsm-mount-context", "c:d");
        assertThat(flags.lsmProfile()).isEqualTo(Optional.of("apparmor:p"));
        assertThat(flags.lsmMountContext()).isEqualTo(Optional.of("c:d"));
        Files.createDirectory(folder.resolve("first"));
        assertThat(checkpoint("--parent-path", "first").parent()).isEqualTo(Optional.of("first"));
    }

    @Test
    void addressesOfPageServers() throws Exception {
        assertThat(checkpoint("--page-server", "10.0.0.1:77").pages())
                .isEqualTo(Optional.of(new PageServer("10.0.0.1", 77)));
        assertThat(checkpoint("--page-server", "[::1]:77").pages()).isEqualTo(Optional.of(new PageServer("::1", 77)));
        for (String bad : List.of("::1:77", "a", ":1", "a:", "[]:1")) {
            assertThatThrownBy(() -> checkpoint("--page-server", bad)).isInstanceOf(Usage.class);
        }
        for (String bad : List.of("a:0", "a:65536", "a:-1", "a:x", "a:99999999999")) {
            assertThatThrownBy(() -> checkpoint("--page-server", bad))
                    .isInstanceOf(Usage.class)
                    .hasMessageContaining("Invalid port number");
        }
    }
}
