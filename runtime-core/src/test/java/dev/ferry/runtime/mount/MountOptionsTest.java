package dev.ferry.runtime.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.abi.MountFlags;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MountOptionsTest {
    @Test
    void sortsFlagsPropagationAndData() {
        MountOptions options =
                MountOptions.parse(List.of("nosuid", "noexec", "nodev", "mode=1777", "size=64m", "rslave"));

        assertThat(options.flags()).isEqualTo(MountFlags.MS_NOSUID | MountFlags.MS_NOEXEC | MountFlags.MS_NODEV);
        assertThat(options.propagation()).containsExactly((long) (MountFlags.MS_SLAVE | MountFlags.MS_REC));
        assertThat(options.data()).isEqualTo("mode=1777,size=64m");
    }

    @Test
    void aLaterOptionOverrulesAnEarlier() {
        assertThat(MountOptions.parse(List.of("ro", "rw")).isReadOnly()).isFalse();
        assertThat(MountOptions.parse(List.of("rw", "ro")).isReadOnly()).isTrue();
        assertThat(MountOptions.parse(List.of("noatime", "strictatime")).flags())
                .isEqualTo(MountFlags.MS_STRICTATIME);
    }

    @Test
    void aBindMountIsChangedInASecondStep() {
        MountOptions options = MountOptions.parse(List.of("rbind", "ro", "suid"));

        assertThat(options.isBind()).isTrue();
        assertThat(options.flags() & MountFlags.MS_REC).isNotZero();
        assertThat(options.bindRemount(MountFlags.MS_NOSUID | MountFlags.MS_NODEV))
                .contains((long)
                        (MountFlags.MS_REMOUNT | MountFlags.MS_BIND | MountFlags.MS_RDONLY | MountFlags.MS_NODEV));
    }

    @Test
    void aBindMountThatChangesNothingNeedsNoSecondStep() {
        assertThat(MountOptions.parse(List.of("rbind")).bindRemount(MountFlags.MS_NODEV))
                .isEmpty();
    }

    @Test
    void recursiveOptionsGoToMountSetattr() {
        MountOptions options = MountOptions.parse(List.of("rbind", "rro", "rnoatime", "rsuid"));

        assertThat(options.recursiveSet()).isEqualTo(MountFlags.MOUNT_ATTR_RDONLY | MountFlags.MOUNT_ATTR_NOATIME);
        assertThat(options.recursiveClear()).isEqualTo(MountFlags.MOUNT_ATTR_ATIME | MountFlags.MOUNT_ATTR_NOSUID);
        assertThat(options.isReadOnly()).isFalse();
    }

    /** All that the specification says a runtime must know: none may end up as data for the file system. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "async",
                "atime",
                "bind",
                "defaults",
                "dev",
                "diratime",
                "dirsync",
                "exec",
                "iversion",
                "lazytime",
                "loud",
                "noatime",
                "nodev",
                "nodiratime",
                "noexec",
                "noiversion",
                "nolazytime",
                "norelatime",
                "nostrictatime",
                "nosuid",
                "private",
                "rbind",
                "relatime",
                "remount",
                "ro",
                "rprivate",
                "rshared",
                "rslave",
                "runbindable",
                "rw",
                "shared",
                "silent",
                "slave",
                "strictatime",
                "suid",
                "sync",
                "unbindable",
                "rro",
                "rrw",
                "rdev",
                "rnodev",
                "rexec",
                "rnoexec",
                "rsuid",
                "rnosuid",
                "ratime",
                "rnoatime",
                "rdiratime",
                "rnodiratime",
                "rrelatime",
                "rnorelatime",
                "rstrictatime",
                "rnostrictatime",
                "symfollow",
                "nosymfollow",
                "rsymfollow",
                "rnosymfollow",
                "mand",
                "nomand",
                "tmpcopyup"
            })
    void knowsEveryOptionOfTheSpecification(String option) {
        assertThat(MountOptions.parse(List.of(option)).data()).isEmpty();
    }
}
