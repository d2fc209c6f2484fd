package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.UnixListener;
import dev.ferry.runtime.linux.abi.OpenFlags;
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

/** Images and callers that try to get out of the root, or to have the runtime write where it must not. SECURITY.md, "Ways out that are closed" */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class RuntimeEscapeTest {
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

    private static void withoutMount(ObjectNode config, String destination) {
        var mounts = config.withArray("/mounts");
        for (int i = mounts.size() - 1; i >= 0; i--) {
            if (mounts.get(i).path("destination").asText().startsWith(destination)) {
                mounts.remove(i);
            }
        }
    }

    private static ObjectNode tmpfs(ObjectNode config, String destination) {
        ObjectNode mount = config.withArray("/mounts").addObject();
        return mount.put("destination", destination).put("type", "tmpfs").put("source", "tmpfs");
    }

    /** The host's root lies on top of the container's while that becomes the root: whoever goes up to it must not be led on. */
    @Test
    void linkThatGoesUpEndsAtTheContainersRoot() throws Exception {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.createSymbolicLink(root.resolve("etc/up"), Path.of("../../.." + outside));
        ObjectNode config = rig.config("cat /proc/self/mountinfo");
        tmpfs(config, "/etc/up/made");
        RuntimeProgram.Result result = rig.run(config);
        try (var made = Files.list(outside)) {
            assertThat(made).isEmpty();
        }
        // the link leads to what the image does not have
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("/etc/up/made");
    }

    /** CVE-2024-21626: a working directory below /proc/self/fd, where a directory of the host is open. */
    @Test
    void workingDirectoryOutsideOfTheRootIsRefused() throws Exception {
        ObjectNode config = rig.config("ls");
        config.withObject("/process").put("cwd", "/proc/self/fd/3");
        RuntimeProgram.Result result = rig.callWith(
                "3< /",
                "run",
                "--preserve-fds",
                "1",
                "--bundle",
                rig.bundle(RuntimeRig.ID, config).toString(),
                RuntimeRig.ID);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("find working directory \"/proc/self/fd/3\" inside of the container's root");
    }

    @Test
    void workingDirectoryOfAnAddedProcessToo() throws Exception {
        rig.start(rig.config("echo up; sleep 1000"));
        RuntimeProgram.Result result =
                rig.callWith("3< /", "exec", "--preserve-fds", "1", "--cwd", "/proc/self/fd/3", RuntimeRig.ID, "ls");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("find working directory \"/proc/self/fd/3\" inside of the container's root");
    }

    /** What the runtime itself has open: none of it is a way to a directory of the host. */
    @Test
    void noDescriptorOfTheRuntimeIsAWorkingDirectory() throws Exception {
        for (int fd = 3; fd < 16; fd++) {
            ObjectNode config = rig.config("pwd");
            config.withObject("/process").put("cwd", "/proc/self/fd/" + fd);
            RuntimeProgram.Result result = rig.run(config);
            assertThat(result.code())
                    .as("descriptor " + fd + ": " + result.out())
                    .isEqualTo(1);
            assertThat(result.err()).contains("change to working directory");
        }
    }

    /** CVE-2025-31133: files are hidden behind /dev/null, and the image's may be anything. */
    @Test
    void imagesNullDeviceHidesNothing() throws Exception {
        Files.writeString(root.resolve("etc/secret"), "secret");
        Files.writeString(root.resolve("etc/evil"), "evil");
        Files.createSymbolicLink(root.resolve("dev/null"), Path.of("/etc/evil"));
        ObjectNode config = rig.config("cat /etc/secret; ls -l /etc/secret | cut -c 1");
        withoutMount(config, "/dev");
        config.withObject("/linux").withArray("maskedPaths").add("/etc/secret");
        assertThat(rig.run(config).out()).isEqualTo("c\n");
    }

    /** CVE-2019-19921, CVE-2023-27561: a /proc that is a link puts the kernel's files elsewhere. */
    @Test
    void procThatIsALinkIsRefused() throws Exception {
        for (String name : new String[] {"proc", "sys"}) {
            Files.delete(root.resolve(name));
            Files.createDirectories(root.resolve("elsewhere/" + name));
            Files.createSymbolicLink(root.resolve(name), Path.of("/elsewhere/" + name));
            RuntimeProgram.Result result = rig.run(rig.config("true"));
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.err()).contains("open \"/" + name + "\"");
            Files.delete(root.resolve(name));
            Files.createDirectory(root.resolve(name));
        }
    }

    /** CVE-2025-52881: settings are the kernel's, whatever lies below the image's /proc. */
    @Test
    void settingsAreNotWrittenIntoTheImage() throws Exception {
        Path fake = Files.createDirectories(root.resolve("proc/sys/kernel")).resolve("msgmax");
        Files.writeString(fake, "image's");
        ObjectNode config = rig.config("mkdir /tmp/p; mount -t proc none /tmp/p; cat /tmp/p/sys/kernel/msgmax");
        withoutMount(config, "/proc");
        config.withObject("/linux").withArray("maskedPaths").removeAll();
        config.withObject("/linux").withArray("readonlyPaths").removeAll();
        for (String set : new String[] {"bounding", "effective", "permitted"}) {
            config.withObject("/process/capabilities").withArray(set).add("CAP_SYS_ADMIN");
        }
        config.withObject("/linux/sysctl").put("kernel.msgmax", "4096");
        RuntimeProgram.Result result = rig.run(config);
        assertThat(result.out()).as(result.err()).isEqualTo("4096\n");
        assertThat(fake).hasContent("image's");
    }

    /** CVE-2025-52565: what is mounted at the console, and where. */
    @Test
    void consoleThatIsALinkIsRefused() throws Exception {
        Files.createSymbolicLink(root.resolve("dev/console"), Path.of("/etc/passwd"));
        ObjectNode config = rig.config("true");
        withoutMount(config, "/dev");
        ObjectNode terminals = config.withArray("/mounts").addObject();
        terminals.put("destination", "/dev/pts").put("type", "devpts").put("source", "devpts");
        terminals.withArray("options").add("newinstance").add("ptmxmode=0666");
        config.withObject("/process").put("terminal", true);
        Path socket = folder.resolve("console.sock");
        try (UnixListener console = UnixListener.at(socket)) {
            assertThat(console).isNotNull();
            RuntimeProgram.Result result = rig.call(
                    "create",
                    "--bundle",
                    rig.bundle(RuntimeRig.ID, config).toString(),
                    "--console-socket",
                    socket.toString(),
                    RuntimeRig.ID);
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.err()).contains("create \"/dev/console\"").contains("ELOOP");
        }
    }

    /** CVE-2019-5736: what init was before its program is the runtime's own image, which whoever gets hold of cannot change. */
    @Test
    void runtimesImageCannotBeChanged() throws Exception {
        assertThat(rig.create(RuntimeRig.ID, rig.config("true")).code()).isZero();
        try (Fd image = OpenFiles.open(Path.of("/proc/" + rig.pid() + "/exe"), OpenFlags.O_PATH)) {
            rig.end();
            try (Fd opened = OpenFiles.open(Path.of("/proc/self/fd/" + image.number()), OpenFlags.O_WRONLY)) {
                assertThatThrownBy(() -> OpenFiles.writeFully(opened, new byte[] {1}))
                        .isInstanceOfSatisfying(
                                SyscallException.class,
                                e -> assertThat(e.is(Errno.EPERM)).isTrue());
            }
        }
    }

    /** CVE-2016-9962: until its program is executed nobody inside may trace init; the kernel gives what they may to the container's root. */
    @Test
    void waitingInitIsNotTheContainersToTrace() throws Exception {
        assertThat(rig.create(RuntimeRig.ID, rig.mapped("echo up; sleep 1000")).code())
                .isZero();
        Path own = Path.of("/proc/" + rig.pid() + "/environ");
        assertThat(Files.getAttribute(own, "unix:uid")).isEqualTo(0);
        assertThat(rig.call("start", RuntimeRig.ID).code()).isZero();
        rig.awaitUp(RuntimeRig.ID);
        assertThat(Files.getAttribute(own, "unix:uid")).isEqualTo(RuntimeRig.MAPPED_ROOT);
    }
}
