package dev.ferry.criu.preflight;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.preflight.Finding.Status;
import dev.ferry.criu.rpc.CriuFeatures;
import dev.ferry.criu.rpc.CriuVersion;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Finds out what a host offers to containers and to their checkpoints. Reads files and changes nothing. */
public final class HostInspection {
    private static final long LAZY_PIPE = 4 << 20;
    private static final List<String> LIBRARIES = List.of(
            "lib/x86_64-linux-gnu",
            "usr/lib/x86_64-linux-gnu",
            "lib/aarch64-linux-gnu",
            "usr/lib/aarch64-linux-gnu",
            "lib64",
            "usr/lib64",
            "usr/lib",
            "lib");

    private final Path root;
    private final List<Finding> findings = new ArrayList<>();

    private HostInspection(Path root) {
        this.root = root;
    }

    /** Of a host whose CRIU answered. */
    public static HostReport withCriu(CriuVersion version, CriuFeatures features) {
        return withCriu(Path.of("/"), version, features);
    }

    /** Of a host without a CRIU that can be used. */
    public static HostReport withoutCriu(CriuException why) {
        return withoutCriu(Path.of("/"), why);
    }

    static HostReport withCriu(Path root, CriuVersion version, CriuFeatures features) {
        HostInspection inspection = new HostInspection(root);
        inspection.kernel();
        inspection.add("criu", Status.OK, "version " + version, "");
        inspection.softDirty(features.memoryTracking());
        inspection.lazyPages(features.lazyPages());
        inspection.rest();
        return new HostReport(inspection.findings);
    }

    static HostReport withoutCriu(Path root, CriuException why) {
        HostInspection inspection = new HostInspection(root);
        inspection.kernel();
        inspection.add("criu", Status.MISSING, String.valueOf(why.getMessage()), why.remedy());
        inspection.rest();
        return new HostReport(inspection.findings);
    }

    private void rest() {
        userfaultfd();
        cgroups();
        overlay();
        seccomp();
        nftables();
        namespaces();
    }

    private void add(String name, Status status, String detail, String remedy) {
        findings.add(new Finding(name, status, detail, remedy));
    }

    /** clone3 with set_tid is of 5.5, pidfd_getfd of 5.6, mount_setattr of 5.12. */
    private void kernel() {
        String release = text("proc/sys/kernel/osrelease").orElse("unknown");
        String[] parts = release.split("[.-]", -1);
        boolean recent = parts.length > 1 && number(parts[0]) * 1000 + number(parts[1]) >= 5012;
        add("kernel", recent ? Status.OK : Status.MISSING, release, recent ? "" : "use Linux 5.12 or newer");
    }

    private void softDirty(boolean works) {
        add(
                "soft-dirty",
                works ? Status.OK : Status.LIMITED,
                works ? "written pages can be tracked" : "the kernel does not track written pages",
                works ? "" : "checkpoints are taken whole; a kernel with CONFIG_MEM_SOFT_DIRTY allows CRIU's pre-dump");
    }

    private void lazyPages(boolean supported) {
        long pipe = number(text("proc/sys/fs/pipe-max-size").orElse("0"));
        if (!supported) {
            add("lazy-pages", Status.LIMITED, "criu reports no support", "use a kernel with userfaultfd");
        } else if (pipe < LAZY_PIPE) {
            // criu asks for pipes of 4 MiB and says only "Bad file descriptor" when it does not get them
            add("lazy-pages", Status.LIMITED, "fs.pipe-max-size is " + pipe, "sysctl -w fs.pipe-max-size=" + LAZY_PIPE);
        } else {
            add("lazy-pages", Status.OK, "fs.pipe-max-size is " + pipe, "");
        }
    }

    private void userfaultfd() {
        boolean present = exists("proc/sys/vm/unprivileged_userfaultfd") || exists("dev/userfaultfd");
        add(
                "userfaultfd",
                present ? Status.OK : Status.LIMITED,
                present ? "present" : "absent",
                present ? "" : "a kernel with CONFIG_USERFAULTFD allows lazy restores and tracked migration");
    }

    private void cgroups() {
        List<String> lines = text("proc/self/cgroup").orElse("").lines().toList();
        List<String> mounts = text("proc/self/mountinfo").orElse("").lines().toList();
        List<String> unmounted = new ArrayList<>();
        boolean unified = false;
        boolean legacy = false;
        for (String line : lines) {
            String[] fields = line.split(":", 3);
            if (fields.length < 3) {
                continue;
            }
            if (fields[1].isEmpty()) {
                unified = true;
                if (mounts.stream().noneMatch(mount -> mount.contains(" - cgroup2 "))) {
                    unmounted.add("unified");
                }
            } else {
                legacy = true;
                if (mounts.stream().noneMatch(mount -> mountOf(mount, fields[1]))) {
                    unmounted.add(fields[1]);
                }
            }
        }
        String mode = unified && legacy ? "hybrid" : unified ? "version 2" : legacy ? "version 1" : "none";
        if (lines.isEmpty()) {
            add("cgroups", Status.MISSING, "no control groups", "mount them at /sys/fs/cgroup");
        } else if (unmounted.isEmpty()) {
            add("cgroups", Status.OK, mode, "");
        } else {
            add(
                    "cgroups",
                    Status.LIMITED,
                    mode + "; in use and not mounted: " + String.join(", ", unmounted),
                    "mount " + String.join(", ", unmounted)
                            + " below /sys/fs/cgroup, or containers cannot be checkpointed");
        }
    }

    private static boolean mountOf(String mount, String controllers) {
        int type = mount.indexOf(" - cgroup ");
        return type >= 0 && ("," + mount.substring(mount.lastIndexOf(' ') + 1) + ",").contains("," + controllers + ",");
    }

    private void overlay() {
        boolean present = text("proc/filesystems").orElse("").contains("\toverlay\n");
        add(
                "overlayfs",
                present ? Status.OK : Status.MISSING,
                present ? "present" : "the kernel does not offer it",
                present ? "" : "modprobe overlay");
    }

    private void seccomp() {
        if (!exists("proc/sys/kernel/seccomp/actions_avail")) {
            add(
                    "seccomp",
                    Status.MISSING,
                    "the kernel has no seccomp filters",
                    "use a kernel with CONFIG_SECCOMP_FILTER");
            return;
        }
        Optional<String> library = LIBRARIES.stream()
                .filter(directory -> exists(directory + "/libseccomp.so.2"))
                .findFirst();
        add(
                "libseccomp",
                library.isPresent() ? Status.OK : Status.LIMITED,
                library.map(directory -> "/" + directory + "/libseccomp.so.2").orElse("not found"),
                library.isPresent() ? "" : "install libseccomp2, or run containers unconfined");
    }

    private void nftables() {
        boolean present = configured("CONFIG_NF_TABLES")
                || text("proc/modules").orElse("").contains("nf_tables ");
        add(
                "nftables",
                present ? Status.OK : Status.LIMITED,
                present ? "present" : "not found",
                present ? "" : "modprobe nf_tables; without it established connections cannot be checkpointed");
    }

    /** Whether the running kernel says that a feature is built in or a module. */
    private boolean configured(String option) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(root.resolve("proc/config.gz"))), StandardCharsets.UTF_8))) {
            return lines.lines().anyMatch(line -> line.equals(option + "=y") || line.equals(option + "=m"));
        } catch (IOException unknown) {
            return false;
        }
    }

    private void namespaces() {
        List<String> missing = new ArrayList<>(List.of("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"));
        try (DirectoryStream<Path> present = Files.newDirectoryStream(root.resolve("proc/self/ns"))) {
            present.forEach(path -> missing.remove(path.getFileName().toString()));
        } catch (IOException unreadable) {
            // all of them are missing then
        }
        add(
                "namespaces",
                missing.isEmpty() ? Status.OK : Status.MISSING,
                missing.isEmpty() ? "all eight kinds" : "missing: " + String.join(", ", missing),
                missing.isEmpty() ? "" : "use a kernel with these namespaces");
    }

    private boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }

    private Optional<String> text(String path) {
        // a file below /proc/sys gives its value to the first read only, and Files.readAllBytes begins with a single
        // byte
        try (FileInputStream in = new FileInputStream(root.resolve(path).toFile())) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                all.write(buffer, 0, count);
            }
            return Optional.of(all.toString(StandardCharsets.ISO_8859_1).stripTrailing() + "\n")
                    .map(text -> text.indexOf('\n') == text.length() - 1 ? text.strip() : text);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
