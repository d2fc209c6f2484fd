package dev.ferry.runtime.bundle;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a caller of {@code checkpoint} or {@code restore} asks for.
 *
 * @param images the directory of CRIU's images, absolute
 * @param work the directory that CRIU writes its log into, absolute
 * @param parent the directory of an earlier {@link Switch#PRE_DUMP}, relative to {@code images}
 * @param cgroups how CRIU treats the properties of control groups
 * @param pages where memory goes instead of into images; with {@link Switch#LAZY_PAGES}, where it is asked for
 * @param ready a descriptor of ours that is sent a zero byte when pages are served
 * @param lsmProfile what the profile of a security module is called here
 * @param lsmMountContext the label of mounts here
 */
public record CheckpointFlags(
        Path images,
        Path work,
        Optional<String> parent,
        Set<Switch> switches,
        CgroupsMode cgroups,
        Optional<PageServer> pages,
        OptionalInt ready,
        Optional<String> lsmProfile,
        Optional<String> lsmMountContext) {

    public CheckpointFlags {
        switches = Set.copyOf(switches);
    }

    /** An address that pages are sent to or fetched from. */
    public record PageServer(String address, int port) {}

    /** Whether a switch is on. */
    public boolean has(Switch which) {
        return switches.contains(which);
    }

    /** Switches, by the names of their flags. */
    public enum Switch {
        LEAVE_RUNNING("leave-running"),
        PRE_DUMP("pre-dump"),
        TCP_ESTABLISHED("tcp-established"),
        TCP_SKIP_IN_FLIGHT("tcp-skip-in-flight"),
        TCP_CLOSE("tcp-close"),
        EXTERNAL_UNIX_SOCKETS("ext-unix-sk"),
        SHELL_JOB("shell-job"),
        FILE_LOCKS("file-locks"),
        LINK_REMAP("link-remap"),
        AUTO_DEDUP("auto-dedup"),
        /** Memory stays where it is and is fetched when it is needed. */
        LAZY_PAGES("lazy-pages"),
        /** The network namespace is made anew, and nothing that was in it. */
        EMPTY_NETWORK("empty-ns");

        private final String flag;

        Switch(String flag) {
            this.flag = flag;
        }

        /** The flag's name without dashes. */
        public String flag() {
            return flag;
        }
    }

    /** What CRIU does about the properties of control groups. criu(8), --manage-cgroups */
    public enum CgroupsMode {
        /** Sets them where it makes the group itself. */
        SOFT,
        /** Always. */
        FULL,
        /** Always, and refuses groups that exist. */
        STRICT,
        /** Looks at none: whoever restores has joined them. */
        IGNORE
    }
}
