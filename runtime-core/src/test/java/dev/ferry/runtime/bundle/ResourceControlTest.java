package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.oci.Linux.IntelRdt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups of resctrl in a folder that looks like one: files are written as the kernel would be told. */
class ResourceControlTest {
    private static final int PID = 4242;

    @TempDir
    private Path root;

    private ResourceControl control;

    @BeforeEach
    void mount() throws IOException {
        Files.createDirectories(root.resolve("info/L3"));
        Files.createDirectories(root.resolve("info/MB"));
        control = new ResourceControl(Optional.of(root));
    }

    private static IntelRdt rdt(@Nullable String group, @Nullable String cache, @Nullable String bandwidth) {
        return new IntelRdt(group, List.of(), cache, bandwidth, null);
    }

    private Path preconfigured(String name, String schemata) throws IOException {
        Path group = Files.createDirectories(root.resolve(name));
        Files.writeString(group.resolve("schemata"), schemata);
        return group;
    }

    @Test
    void whereNothingIsMountedNothingIsAskedFor() throws Exception {
        var none = new ResourceControl(Optional.empty());
        none.require(null);
        assertThatThrownBy(() -> none.require(rdt("group", null, null)))
                .isInstanceOf(RuntimeRefused.class)
                .hasMessageContaining("Intel RDT is not enabled");
        assertThatThrownBy(() -> none.require(rdt(null, "L3:0=f", null)))
                .hasMessageContaining(
                        "intelRdt.l3CacheSchema is specified in config, but Intel RDT/CAT is not enabled");
        assertThatThrownBy(() -> none.require(rdt(null, null, "MB:0=20")))
                .hasMessageContaining("intelRdt.memBwSchema is specified in config, but Intel RDT/MBA is not enabled");
        assertThatThrownBy(() -> control.require(rdt("../out", null, null)))
                .hasMessageContaining("invalid intelRdt.ClosID \"../out\"");
        control.require(rdt("group", "L3:0=f", "MB:0=20"));
    }

    @Test
    void containerHasAGroupOfItsOwn() throws Exception {
        control.place("c", rdt(null, "L3:0=f;1=f\nMB:0=90", "MB:0=20;1=70"), PID);
        assertThat(root.resolve("c/tasks")).content().isEqualTo("4242");
        // what the other field says of bandwidth counts
        assertThat(root.resolve("c/schemata")).content().isEqualTo("L3:0=f;1=f\nMB:0=20;1=70\n");
    }

    @Test
    void schemataComeLast() throws Exception {
        control.place("c", new IntelRdt("shared", List.of("L2:0=f", "L3:0=3"), "L3:0=f", null, null), PID);
        assertThat(root.resolve("shared/schemata")).content().isEqualTo("L3:0=f\nL2:0=f\nL3:0=3\n");
    }

    @Test
    void groupThatIsNamedMustBeThereOrSayHowToBeMade() throws Exception {
        assertThatThrownBy(() -> control.place("c", rdt("shared", null, null), PID))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("which is not there");
        Path group = preconfigured("shared", "L3:0=00ff\n");
        control.place("c", rdt("shared", null, null), PID);
        assertThat(group.resolve("tasks")).content().isEqualTo("4242");
        assertThat(group.resolve("schemata")).content().isEqualTo("L3:0=00ff\n");
    }

    @Test
    void groupThatIsThereMustShareAsAsked() throws Exception {
        preconfigured("shared", "    L3:0=00ff;1=0f\n    MB:0= 20\n");
        control.place("c", rdt("shared", "L3:1=f;0=ff", "MB:0=20"), PID);
        assertThatThrownBy(() -> control.place("c", rdt("shared", "L3:0=1;1=f", null), PID))
                .hasMessageContaining("shares in another way");
        assertThat(root.resolve("shared")).isDirectory();
    }

    @Test
    void whatIsMonitoredHasAGroupBelow() throws Exception {
        preconfigured("shared", "");
        var wanted = new IntelRdt("shared", List.of(), null, null, true);
        control.place("c", wanted, PID);
        assertThat(root.resolve("shared/mon_groups/c/tasks")).content().isEqualTo("4242");
    }

    @Test
    void updateChangesTheContainersGroup() throws Exception {
        var wanted = rdt(null, "L3:0=f", null);
        control.place("c", wanted, PID);
        control.update("c", wanted, rdt(null, "L3:0=3", "MB:0=50"));
        assertThat(root.resolve("c/schemata")).content().isEqualTo("L3:0=3\nMB:0=50\n");
        assertThatThrownBy(() -> control.update("d", null, rdt(null, "L3:0=3", null)))
                .isInstanceOf(RuntimeRefused.class)
                .hasMessageContaining("was made without linux.intelRdt");
        assertThatThrownBy(() -> new ResourceControl(Optional.empty()).update("c", wanted, rdt(null, null, "MB:0=50")))
                .hasMessageContaining("Intel RDT/MBA: memory bandwidth schema is not enabled");
    }

    /** The kernel's directories go with their files; these have none. */
    @Test
    void ownGroupGoesWithTheContainerAndNoOther() throws Exception {
        Files.createDirectories(root.resolve("c"));
        Files.createDirectories(root.resolve("shared/mon_groups/c"));
        control.forget("c", null);
        assertThat(root.resolve("c")).isDirectory();
        control.forget("c", rdt("shared", null, null));
        assertThat(root.resolve("shared")).isDirectory();
        assertThat(root.resolve("shared/mon_groups/c")).doesNotExist();
        control.forget("c", rdt(null, null, null));
        assertThat(root.resolve("c")).doesNotExist();
    }
}
