package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Process.ConsoleSize;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Further processes in a container, and terminals. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class ContainerExecTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private Box box;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() throws Exception {
        box = new Box(folder, shared.resolve("root"));
    }

    @AfterEach
    void close() throws Exception {
        box.close();
    }

    @Test
    void execSeesTheContainerAndHasAnExitCodeOfItsOwn() throws Exception {
        LaunchRequest request = sleeper();
        ContainerProcess container = box.start(request);
        ContainerProcess exec = exec(
                container,
                request,
                process("echo $$; hostname; cut -d: -f3 /proc/self/cgroup | sort -u; grep CapEff /proc/self/status; ls"
                        + " /proc/self/fd | wc -l; ps -o pid,args | grep -c 'sleep 1000'; exit 9"),
                false);
        exec.start();
        assertThat(exec.awaitExit().exitCode()).isEqualTo(9);
        List<String> lines = Box.text(folder.resolve("exec.log"), 0).lines().toList();
        assertThat(Integer.parseInt(lines.get(0))).isGreaterThan(1);
        assertThat(lines.subList(1, 5)).containsExactly("box", "/", "CapEff:\t00000000a80425fb", "4");
        assertThat(container.status()).isInstanceOf(Status.Running.class);
    }

    @Test
    void execReadsInputAndTakesSignals() throws Exception {
        LaunchRequest request = sleeper();
        ContainerProcess container = box.start(request);
        ContainerProcess exec = exec(container, request, process("read a; echo got $a; sleep 1000"), true);
        exec.start();
        OutputStream input = exec.stdin();
        input.write("word\n".getBytes(StandardCharsets.UTF_8));
        Box.awaitText(folder.resolve("exec.log"), "got word");
        exec.signal(9);
        assertThat(exec.awaitExit().signal()).isEqualTo(9);
    }

    @Test
    void execOfAMissingProgramIs127() throws Exception {
        LaunchRequest request = sleeper();
        ContainerProcess container = box.start(request);
        ContainerProcess exec = exec(container, request, process("").withArgs(List.of("nosuch")), false);
        assertThatThrownBy(exec::start)
                .isInstanceOf(StartFailed.class)
                .hasMessage("exec: \"nosuch\": executable file not found in $PATH")
                .extracting("exitCode")
                .isEqualTo(127);
    }

    @Test
    void execEndsWithItsContainer() throws Exception {
        LaunchRequest request = sleeper();
        ContainerProcess container = box.start(request);
        ContainerProcess exec = exec(container, request, process("sleep 1000"), false);
        exec.start();
        container.signal(9);
        assertThat(container.awaitExit().signal()).isEqualTo(9);
        assertThat(exec.awaitExit().signal()).isEqualTo(9);
    }

    @Test
    void execIsOverWhenItsProcessIsHoweverMuchAChildOfItGoesOnWriting() throws Exception {
        LaunchRequest request = sleeper();
        ContainerProcess container = box.start(request);
        ContainerProcess exec = exec(container, request, process("yes & sleep 0.2; exit 3"), false);
        exec.start();
        assertThat(exec.awaitExit().exitCode()).isEqualTo(3);
    }

    @Test
    void terminalIsControlledSizedAndResized() throws Exception {
        LaunchRequest request = box.request(
                Box.shell("tty; stty size; ls -l /dev/console | cut -c1; trap 'stty size; exit 5' WINCH; read x;"
                                + " echo got $x; while :; do sleep 0.1; done")
                        .terminal(new ConsoleSize(30, 100))
                        .build(),
                true);
        ContainerProcess container = box.start(request);
        assertThat(container.stdioInodes()).isEmpty();
        OutputStream input = container.stdin();
        input.write("line\n".getBytes(StandardCharsets.UTF_8));
        Box.awaitText(request.log(), "got line");
        container.resize(40, 120);
        assertThat(container.awaitExit().exitCode()).isEqualTo(5);
        assertThat(Box.text(request.log(), 0).replace("\r", ""))
                .contains("/dev/pts/0\n", "30 100\n", "c\n")
                .endsWith("40 120\n");
    }

    @Test
    void execWithATerminal() throws Exception {
        LaunchRequest request = sleeper();
        ContainerProcess container = box.start(request);
        Spec terminal = Box.shell("tty; stty size; exit 4")
                .terminal(new ConsoleSize(20, 70))
                .build();
        ContainerProcess exec =
                exec(container, request, Optional.ofNullable(terminal.process()).orElseThrow(), false);
        exec.start();
        assertThat(exec.awaitExit().exitCode()).isEqualTo(4);
        assertThat(Box.text(folder.resolve("exec.log"), 0).replace("\r", "")).isEqualTo("/dev/pts/0\n20 70\n");
    }

    private LaunchRequest sleeper() throws Exception {
        return box.request(Box.shell("exec sleep 1000").hostname("box").build(), false);
    }

    private static Process process(String script) {
        return Optional.ofNullable(Box.shell(script).build().process()).orElseThrow();
    }

    private ContainerProcess exec(ContainerProcess container, LaunchRequest of, Process process, boolean keepStdin)
            throws Exception {
        ContainerProcess exec = box.launcher.exec(
                container,
                new ExecRequest(
                        "e1",
                        folder.resolve("exec"),
                        folder.resolve("exec.log"),
                        process,
                        Optional.empty(),
                        Optional.empty(),
                        of.cgroup(),
                        keepStdin,
                        false));
        box.keep(exec);
        return exec;
    }
}
