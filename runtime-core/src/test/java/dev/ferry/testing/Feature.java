package dev.ferry.testing;

import dev.ferry.runtime.linux.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Something of a machine that a test can not do without, found out by trying it. */
public enum Feature {
    /** The tests run as root, in the initial user namespace or one that has all capabilities. */
    ROOT(true, "run the tests as root", () -> Processes.effectiveUserId() == 0),
    /** An executable CRIU: of FERRY_CRIU, of Ferry's tools, or on PATH. */
    CRIU(true, "./ferry provides it, or install criu", Feature::hasCriu),
    /** At least one control group hierarchy of version 1 with a controller. */
    CGROUP_V1(false, "boot with systemd.unified_cgroup_hierarchy=0", () -> mountinfoHas(" - cgroup ")),
    /** The unified hierarchy with at least one controller. */
    CGROUP_V2(false, "boot with systemd.unified_cgroup_hierarchy=1", Feature::hasUnifiedControllers),
    /** Control groups of any version with controllers. */
    CGROUPS(true, "mount /sys/fs/cgroup", () -> mountinfoHas(" - cgroup ") || hasUnifiedControllers()),
    /** The overlay file system. */
    OVERLAYFS(true, "modprobe overlay", () -> fileHas("/proc/filesystems", "\toverlay")),
    /** seccomp filters in the kernel. */
    SECCOMP(true, "a kernel with CONFIG_SECCOMP_FILTER", () -> Files.exists(Path.of("/proc/sys/kernel/seccomp"))),
    /** The library that compiles seccomp profiles. */
    LIBSECCOMP(true, "install libseccomp2", Feature::hasLibseccomp),
    /** A busybox for small root file systems. */
    BUSYBOX(true, "install busybox-static", () -> onPath("busybox").isPresent()),
    /** What two hosts on one kernel are made and joined with. */
    TWO_HOSTS(true, "install iproute2 and util-linux", Feature::hasTwoHosts),
    /** Another program that carries images. */
    SKOPEO(false, "install skopeo", () -> onPath("skopeo").isPresent()),
    /** The packet filter's own program, which reads what ours wrote. */
    NFT(false, "install nftables", () -> onPath("nft").isPresent()),
    /** The C compiler that compares our structs with the headers. */
    GCC(false, "install gcc and libc6-dev", () -> onPath("gcc").isPresent()),
    /** The disassembler that reads our machine code. */
    OBJDUMP(false, "install binutils", () -> onPath("objdump").isPresent()),
    /** The assembler and the disassembler of aarch64. */
    AARCH64_BINUTILS(
            false,
            "install binutils-aarch64-linux-gnu",
            () -> onPath("aarch64-linux-gnu-as").isPresent()),
    /** The C headers of aarch64, where Debian's cross compilers have them. */
    AARCH64_HEADERS(false, "install libc6-dev-arm64-cross", Feature::hasAarch64Headers),
    /** The emulator that runs single programs of aarch64. */
    QEMU_AARCH64(
            false,
            "./ferry provision --emulator provides it, or install qemu-user",
            () -> qemuAarch64().isPresent()),
    /** The message bus of D-Bus. */
    DBUS_DAEMON(false, "install dbus-daemon", () -> onPath("dbus-daemon").isPresent()),
    /** The docker command line, client only. */
    DOCKER_CLI(false, "install docker-cli", () -> onPath("docker").isPresent()),
    /** The runc runtime, to be compared with and to be used by engines. */
    RUNC(false, "./ferry provision --peers provides it, or install runc", () -> hasTool("runc")),
    /** The crun runtime, likewise. */
    CRUN(false, "./ferry provision --peers provides it, or install crun", () -> hasTool("crun"));

    /** Where Debian's libc6-dev-arm64-cross puts headers, its linux-libc-dev-arm64-cross included. */
    public static final Path AARCH64_INCLUDES = Path.of("/usr/aarch64-linux-gnu/include");

    private final boolean promised;
    private final String remedy;

    @SuppressWarnings("ImmutableEnumChecker") // a question without state
    private final BooleanSupplier probe;

    Feature(boolean promised, String remedy, BooleanSupplier probe) {
        this.promised = promised;
        this.remedy = remedy;
        this.probe = probe;
    }

    /** Whether this machine has it now. */
    public boolean isPresent() {
        return probe.getAsBoolean();
    }

    /** Whether continuous integration must have it, so that a test that needs it fails there instead of being skipped. */
    public boolean isPromised() {
        return promised;
    }

    /** How to come by it. */
    public String remedy() {
        return remedy;
    }

    /** An executable of that name on PATH or in the system's usual places. */
    public static Optional<Path> onPath(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin"))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Where Ferry's own tools lie: FERRY_TOOLS, or root's or the user's default. */
    public static Path tools() {
        String set = System.getenv("FERRY_TOOLS");
        if (set != null && !set.isBlank()) {
            return Path.of(set);
        }
        return Processes.effectiveUserId() == 0
                ? Path.of("/var/lib/ferry/tools")
                : Path.of(System.getProperty("user.home"), ".local/share/ferry/tools");
    }

    /** How qemu's emulator of aarch64 is started: of Ferry's tools, or on PATH under either of Debian's names. */
    public static Optional<List<String>> qemuAarch64() {
        Path command = tools().resolve("qemu-aarch64/command");
        try {
            if (Files.isReadable(command)) {
                return Optional.of(Files.readAllLines(command));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return onPath("qemu-aarch64").or(() -> onPath("qemu-aarch64-static")).map(path -> List.of(path.toString()));
    }

    private static boolean hasAarch64Headers() {
        return Files.exists(AARCH64_INCLUDES.resolve("asm/unistd.h"));
    }

    private static boolean hasCriu() {
        String set = System.getenv("FERRY_CRIU");
        return (set != null && !set.isBlank())
                || Files.isReadable(tools().resolve("criu/command"))
                || onPath("criu").isPresent();
    }

    private static boolean hasTwoHosts() {
        return Stream.of("unshare", "nsenter", "ip", "tc", "bash")
                .allMatch(program -> onPath(program).isPresent());
    }

    private static boolean hasTool(String name) {
        return Files.isReadable(tools().resolve("peers").resolve(name).resolve("command"))
                || onPath(name).isPresent();
    }

    private static boolean hasLibseccomp() {
        return Stream.of(
                        Path.of("/lib/x86_64-linux-gnu"),
                        Path.of("/usr/lib/x86_64-linux-gnu"),
                        Path.of("/lib/aarch64-linux-gnu"),
                        Path.of("/usr/lib64"),
                        Path.of("/usr/lib"))
                .anyMatch(folder -> Files.exists(folder.resolve("libseccomp.so.2")));
    }

    private static boolean hasUnifiedControllers() {
        for (String mountPoint : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) {
            Path controllers = Path.of(mountPoint, "cgroup.controllers");
            try {
                if (Files.exists(controllers) && !Files.readString(controllers).isBlank()) {
                    return true;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return false;
    }

    private static boolean mountinfoHas(String text) {
        return fileHas("/proc/self/mountinfo", text);
    }

    private static boolean fileHas(String file, String text) {
        try {
            return Files.readString(Path.of(file)).contains(text);
        } catch (IOException e) {
            return false;
        }
    }
}
