package dev.ferry.cli.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.cli.invocation.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On this host's own programs: every Linux host has a shell, and this test runs on a Java. */
final class HostRootfsTest {
    @TempDir
    private Path directory;

    @Test
    void shellComesWithItsLoaderAndLibraries() throws IOException {
        Files.createSymbolicLink(directory.resolve("sh"), Path.of("/bin/sh").toRealPath());
        RootfsPlan plan = HostRootfs.of(List.of(directory)).plan();
        assertThat(plan.has("bin/sh")).isTrue();
        Optional<ElfFile> shell = ElfFile.read(Path.of("/bin/sh").toRealPath());
        assertThat(shell).isPresent();
        String loader = shell.get().interpreter();
        if (loader != null) {
            assertThat(plan.has(loader)).as("loader %s", loader).isTrue();
        }
        for (String library : shell.get().needed()) {
            assertThat(plan.entries().keySet()).anyMatch(path -> path.endsWith("/" + library));
        }
    }

    @Test
    void busyboxGetsALinkForEachOfItsCommands() throws IOException {
        Path busybox = Files.writeString(
                directory.resolve("busybox"), "#!/bin/sh\nprintf 'ls\\ncat\\nbusybox\\n../evil\\n'\n");
        assertThat(busybox.toFile().setExecutable(true)).isTrue();
        RootfsPlan plan = HostRootfs.of(List.of(directory)).plan();
        assertThat(plan.entries().values())
                .filteredOn(new RootfsEntry.Link("/bin/busybox")::equals)
                .hasSize(2);
        assertThat(plan.has("bin/ls")).isTrue();
        assertThat(plan.has("evil")).isFalse();
    }

    @Test
    void hostWithoutAShellIsRefusedWithARemedy() {
        assertThatThrownBy(() -> HostRootfs.of(List.of(directory)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("install busybox");
    }

    @Test
    void treeIsAddedWithModesAndLinks() throws IOException {
        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("sub"));
        Path tool = Files.writeString(tree.resolve("sub/tool"), "x");
        assertThat(tool.toFile().setExecutable(true, false)).isTrue();
        Files.createSymbolicLink(tree.resolve("link"), Path.of("sub/tool"));
        Files.createSymbolicLink(directory.resolve("sh"), Path.of("/bin/sh").toRealPath());
        HostRootfs rootfs = HostRootfs.of(List.of(directory));
        rootfs.addTree(tree, "opt/t");
        assertThat(rootfs.plan().entries())
                .containsEntry("opt/t/link", new RootfsEntry.Link("sub/tool"))
                .hasEntrySatisfying(
                        "opt/t/sub/tool",
                        entry -> assertThat(entry)
                                .isInstanceOfSatisfying(
                                        RootfsEntry.Copy.class,
                                        copy -> assertThat(copy.mode() & 0111).isEqualTo(0111)));
        assertThatThrownBy(() -> rootfs.addTree(directory.resolve("none"), "x")).hasMessageContaining("does not exist");
    }

    @Test
    void whatIsNoElfFileNeedsNothing() throws IOException {
        assertThat(ElfFile.read(Files.writeString(directory.resolve("script"), "#!/bin/sh\n")))
                .isEmpty();
        assertThat(ElfFile.read(Files.writeString(directory.resolve("empty"), "")))
                .isEmpty();
    }

    @Test
    void damagedElfFileIsNamed() throws IOException {
        byte[] torn =
                java.util.Arrays.copyOf(Files.readAllBytes(Path.of("/bin/sh").toRealPath()), 100);
        Path file = Files.write(directory.resolve("torn"), torn);
        assertThatThrownBy(() -> ElfFile.read(file)).hasMessageContaining("damaged");
    }

    /** Debugging symbols kept apart have their program's table of segments, with nothing in them. */
    @Test
    void fileOfDebuggingSymbolsNeedsNothing() throws IOException {
        byte[] program = Files.readAllBytes(Path.of("/bin/sh").toRealPath());
        ByteBuffer bytes = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bytes.getShort(56); i++) {
            bytes.putLong((int) bytes.getLong(32) + i * bytes.getShort(54) + 32, 0);
        }
        assertThat(ElfFile.read(Files.write(directory.resolve("sh.debug"), program)))
                .contains(new ElfFile(null, List.of(), List.of()));
    }

    @Test
    void javaRuntimeHasTheProgramsThatRunHereAndNoDebuggingSymbols() throws IOException {
        byte[] program = Files.readAllBytes(Path.of("/bin/sh").toRealPath());
        Path home = directory.resolve("home");
        Path linked = directory.resolve("linked");
        for (String file : List.of("bin/java", "lib/server/libjvm.so")) {
            Files.createDirectories(linked.resolve(file).getParent());
            Files.createDirectories(home.resolve(file).getParent());
            Files.write(linked.resolve(file), program);
            Files.writeString(home.resolve(file), "bound to other libraries");
        }
        Path modules = Files.writeString(linked.resolve("lib/modules"), "smaller than all");
        Files.writeString(home.resolve("lib/modules"), "all");
        Path symbols = Files.write(linked.resolve("bin/java.debuginfo"), program);
        JavaRuntime.takeFilesOf(home, linked);
        assertThat(linked.resolve("bin/java")).hasContent("bound to other libraries");
        assertThat(linked.resolve("lib/server/libjvm.so")).hasContent("bound to other libraries");
        assertThat(modules).hasContent("smaller than all");
        assertThat(symbols).doesNotExist();
    }
}
