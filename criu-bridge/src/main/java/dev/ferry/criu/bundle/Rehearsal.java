package dev.ferry.criu.bundle;

import dev.ferry.runtime.command.RuntimeMain;
import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.LinuxSeccomp;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.spawn.ElfImage;
import dev.ferry.runtime.spawn.MachineEncoder;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The lives of two containers by calls of the runtime, for the launcher's archive of classes: one without a filter and one with. Their program is
 * one system call long, so nothing of the host is needed but a libseccomp, and without that the second is done without. A checkpoint is no part
 * of it: that would need a CRIU, and takes so long that an archive is nothing to it.
 */
public final class Rehearsal {
    private static final String PROGRAM = "end";

    private final Path directory;
    private final String id;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private Rehearsal(Path directory, String id) {
        this.directory = directory;
        this.id = id;
    }

    /**
     * A directory of ours, and the container's name; exits with 0 when every call did. The first rehearsal in a directory makes the bundles, so
     * that a second one does nothing but the calls.
     */
    public static void main(String[] arguments) throws IOException {
        var rehearsal = new Rehearsal(Path.of(arguments[0]).toAbsolutePath(), arguments[1]);
        rehearsal.prepare();
        boolean well = rehearsal.life("plain");
        rehearsal.life("filtered");
        Runtime.getRuntime().halt(well ? 0 : 1);
    }

    private boolean life(String bundle) {
        String pidFile = directory.resolve("pid").toString();
        return call("create", "--bundle", directory.resolve(bundle).toString(), "--pid-file", pidFile, id)
                && call("state", id)
                && call("start", id)
                && call("list")
                && call("kill", "--all", id, "KILL")
                && call("delete", "--force", id);
    }

    private boolean call(String... words) {
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        List<String> all =
                new ArrayList<>(List.of("--root", directory.resolve("states").toString()));
        all.addAll(List.of(words));
        return RuntimeMain.run(all, out, out) == 0;
    }

    private void prepare() throws IOException {
        if (Files.exists(directory.resolve("filtered"))) {
            return;
        }
        Spec plain = DefaultSpec.builder().arguments(List.of("/" + PROGRAM)).build();
        write("plain", plain);
        if (plain.linux() != null) {
            var rule = LinuxSeccomp.Rule.of(LinuxSeccomp.Action.ERRNO, List.of("kexec_load"));
            var filter =
                    new LinuxSeccomp(LinuxSeccomp.Action.ALLOW, null, List.of(), List.of(), null, null, List.of(rule));
            write("filtered", plain.withLinux(plain.linux().withSeccomp(filter)));
        }
    }

    private void write(String bundle, Spec spec) throws IOException {
        Path root = Files.createDirectories(directory.resolve(bundle).resolve("rootfs"));
        var program = new ProgramBuilder(PROGRAM, ProgramBuilder.STATUS);
        program.exit(0);
        MachineEncoder encoder = MachineEncoder.of(Architecture.host());
        Path file = Files.write(root.resolve(PROGRAM), ElfImage.of(program.build(), encoder));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.write(root.resolveSibling("config.json"), OciJson.write(spec));
    }
}
