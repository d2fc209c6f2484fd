package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.mount.MountOptions;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.LinuxDevice;
import dev.ferry.runtime.oci.LinuxNamespace;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes what init does between its clone and its rights: namespaces, root, mounts, devices, walls, cgroups, names.
 *
 * <p>The order is the point. What needs the host's tree (sources of bind mounts, cgroup files, namespaces to join) is opened before
 * pivot_root; everything after it uses absolute paths inside the container, so a symlink in an image leads nowhere else. The old root, which
 * is stacked above the new one, goes at once: a link with two dots that comes back to the root would be led on into it. The kernel gives root of
 * a user namespace a proc or a sysfs only while one can be seen, so there these are opened before.
 * A cgroup namespace has the right root only after the cgroups are joined, and cgroup mounts show that root.
 */
final class InitText {
    private static final int S_IFIFO = 0010000;
    private static final int S_IFCHR = 0020000;
    private static final int S_IFBLK = 0060000;

    /** mount(2) takes one page of options. */
    private static final int MAX_DATA = 4095;

    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_CMD_CREATE = 6;

    private static final long CGROUP_FLAGS =
            MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC | MountFlags.MS_RELATIME;

    private final Calls calls;
    private final ProgramBuilder p;
    private final LaunchRequest request;
    private final Spec spec;
    private final @Nullable Linux linux;
    private final ProcessText process;
    private final Path mountPoint;
    private final SourceText sources;
    private final boolean mapped;
    private final Map<Mount, Cell> kernelTrees = new LinkedHashMap<>();
    private final List<Cell> cgroupFiles = new ArrayList<>();
    private final Map<CgroupHierarchy, Cell> cgroupTrees = new LinkedHashMap<>();
    private final List<String> readOnlyLater = new ArrayList<>();
    private Optional<Cell> settingsProc = Optional.empty();
    private TmpfsText memory;
    private boolean pivots = true;

    InitText(Calls calls, LaunchRequest request, ProcessText process, Path mountPoint) {
        this(calls, request, process, mountPoint, Map.of());
    }

    /** With the descriptors of user namespaces for mounts that map ids. */
    InitText(Calls calls, LaunchRequest request, ProcessText process, Path mountPoint, Map<Mount, Integer> idMaps) {
        this.calls = calls;
        this.p = calls.program();
        this.request = request;
        this.spec = request.spec();
        this.linux = spec.linux();
        this.process = process;
        this.mountPoint = mountPoint;
        this.sources = new SourceText(calls, idMaps);
        this.mapped = isMapped(spec);
        this.memory = new TmpfsText(calls, OptionalInt.empty());
    }

    /** Has somebody at a socket copy what tmpfs take from their places. */
    InitText copiedBy(OptionalInt socket) {
        memory = new TmpfsText(calls, socket);
        return this;
    }

    /** For a root on a ramdisk, which pivot_root(2) does not take: the host's stays below, and only chroot(2) keeps it out of sight. */
    void moveRoot() {
        pivots = false;
    }

    /** Whether its user namespace is not the runtime's: root in it may do less than the runtime. */
    static boolean isMapped(Spec spec) {
        return spec.linux() != null
                && spec.linux().namespace(NamespaceKind.USER).isPresent();
    }

    /** All of init's steps. */
    void write() {
        process.begin();
        joinNamespaces();
        writeInside(Optional.empty());
    }

    /** What is done in front of {@link #writeInside} by a process that has not left the host's namespaces. */
    void writeOutside() {
        if (mapped) {
            openSources();
        }
    }

    /**
     * The same for one that has begun, in its namespaces.
     *
     * @param hooks those to run when all is mounted and before the host's root goes
     */
    void writeInside(Optional<HookText> hooks) {
        if (!mapped) {
            openSources();
        }
        hooks.ifPresent(HookText::keepHostRoot);
        mountRoot();
        openHostFiles();
        p.stage("pivot");
        if (pivots) {
            calls.pivotInto(mountPoint.toString());
        } else {
            calls.moveInto(mountPoint.toString());
        }
        if (mapped) {
            becomeRoot();
        }
        mounts();
        devices();
        settings();
        masks();
        cgroups();
        hooks.ifPresent(text -> text.runInHostRoot(mountPoint));
        finish();
        process.openStandards(true);
        ExecutionText.write(calls, Objects.requireNonNull(spec.process()), linux);
        if ("never".equals(spec.annotations().get(ContainerLauncher.HUGE_PAGES))) {
            process.disableHugePages();
        }
        process.end();
    }

    /** The namespaces that the child is cloned into, CLONE_NEW*; a cgroup namespace is made later by the child itself. */
    static long cloneFlags(Spec spec) {
        long flags = NamespaceKind.MOUNT.cloneFlag();
        for (LinuxNamespace namespace : namespaces(spec.linux())) {
            switch (namespace.type()) {
                case USER, TIME ->
                    throw new IllegalArgumentException(
                            "linux.namespaces has \"%s\", which this engine does not make yet; leave it out"
                                    .formatted(namespace.type()));
                case CGROUP, MOUNT -> {}
                case PID, NETWORK, IPC, UTS -> {
                    if (namespace.path() == null) {
                        flags |= namespace.type().cloneFlag();
                    }
                }
            }
        }
        return flags;
    }

    private static List<LinuxNamespace> namespaces(@Nullable Linux linux) {
        return linux == null ? List.of() : linux.namespaces();
    }

    private void joinNamespaces() {
        for (LinuxNamespace namespace : namespaces(linux)) {
            String path = namespace.path();
            if (path == null) {
                continue;
            }
            if (namespace.type() == NamespaceKind.PID || namespace.type() == NamespaceKind.MOUNT) {
                throw new IllegalArgumentException(
                        "linux.namespaces joins \"%s\" by path, which this engine does not do yet; use exec"
                                .formatted(namespace.type()));
            }
            Cell file = p.cell("namespace");
            calls.open(path, Calls.O_RDONLY, file);
            p.call(
                    "join the namespace \"" + path + "\"",
                    Syscall.SETNS,
                    file,
                    namespace.type().cloneFlag());
            calls.close(file);
        }
    }

    private void openSources() {
        sources.openMounts(spec);
        if (mapped) {
            sources.openDevices(List.copyOf(nodes().values()));
        }
        if (linux != null && !ownDev()) {
            sources.openMasks(linux);
        }
        if (!ownCgroupNamespace() && wantsCgroupMount().isPresent()) {
            for (CgroupHierarchy hierarchy : request.cgroup().hierarchies()) {
                Path directory = hierarchy.directory(request.cgroup().path());
                cgroupTrees.put(hierarchy, sources.openPrivate("cgroup tree", directory.toString()));
            }
        }
    }

    /**
     * Whoever was cloned into a user namespace is nobody in it at first, and to the host's files who he was before: the way to the root
     * need not be open to the container's users. user_namespaces(7)
     */
    private void becomeRoot() {
        p.stage("user namespace");
        p.call("become the container's root group", Syscall.SETRESGID, 0, 0, 0);
        p.call("become the container's root", Syscall.SETRESUID, 0, 0, 0);
    }

    private void mountRoot() {
        p.stage("root");
        if (isSlave()) {
            calls.slaveMounts();
        } else {
            calls.privateMounts();
        }
        mountRoot(calls, request.root(), mountPoint);
    }

    /** Mounts a root file system at a directory of the host, in the caller's mount namespace. */
    static void mountRoot(Calls calls, RootFilesystem root, Path at) {
        String target = at.toString();
        switch (root) {
            case RootFilesystem.Bind bind -> calls.bind(bind.directory().toString(), target, MountFlags.MS_REC);
            case RootFilesystem.Overlay overlay -> {
                String options = overlay.options();
                if (options.length() <= MAX_DATA) {
                    calls.mount("overlay", target, "overlay", 0, options);
                } else {
                    mountTallOverlay(calls, overlay, target);
                }
            }
        }
    }

    /** Layer by layer, for what does not fit into the one page that mount(2) takes. fsconfig(2), Linux 6.5 for "lowerdir+" */
    private static void mountTallOverlay(Calls calls, RootFilesystem.Overlay overlay, String target) {
        ProgramBuilder p = calls.program();
        Cell context = p.cell("overlay");
        Cell tree = p.cell("root");
        p.call("configure the overlay", Syscall.FSOPEN, "overlay", 1).to(context);
        for (Path lower : overlay.lower()) {
            configure(p, context, "lowerdir+", lower);
        }
        configure(p, context, "upperdir", overlay.upper());
        configure(p, context, "workdir", overlay.work());
        p.call("create the overlay", Syscall.FSCONFIG, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
        p.call("mount the overlay", Syscall.FSMOUNT, context, 1, 0).to(tree);
        calls.close(context);
        calls.attach(tree, target);
    }

    private static void configure(ProgramBuilder p, Cell context, String key, Path value) {
        p.call(
                "set " + key + " \"" + value + "\"",
                Syscall.FSCONFIG,
                context,
                FSCONFIG_SET_STRING,
                key,
                value.toString(),
                0);
    }

    private void openHostFiles() {
        p.stage("host files");
        if (linux != null && !linux.sysctl().isEmpty()) {
            settingsProc = Optional.of(open("proc", "proc", List.of(), 0));
        }
        if (mapped) {
            for (Mount mount : spec.mounts()) {
                if (isKernels(mount)) {
                    MountOptions options = MountOptions.parse(mount.options());
                    List<String> data = options.data().isEmpty()
                            ? List.of()
                            : List.of(options.data().split(",", -1));
                    long flags = options.flags() & SourceText.SHARED_FLAGS;
                    String type = String.valueOf(mount.type());
                    kernelTrees.put(mount, open(type, mount.source() == null ? type : mount.source(), data, flags));
                }
            }
            // the rest is done from outside, by the runtime and its rights
            return;
        }
        for (Path file : request.cgroup().entries()) {
            Cell cell = p.cell("cgroup");
            calls.open(file.toString(), Calls.O_WRONLY, cell);
            cgroupFiles.add(cell);
        }
        Integer score = spec.process() == null ? null : spec.process().oomScoreAdj();
        if (score != null) {
            // lowering it takes CAP_SYS_RESOURCE: whoever lacks that keeps what it has
            calls.writeFile("/proc/self/oom_score_adj", Integer.toString(score), Errno.EACCES);
        }
    }

    /** Whether it shows the kernel: of these root of a user namespace gets no more than it can see already. mount_namespaces(7) */
    private static boolean isKernels(Mount mount) {
        return !mount.isBindMount() && ("proc".equals(mount.type()) || "sysfs".equals(mount.type()));
    }

    /** Mounts a file system nowhere. fsopen(2) */
    private Cell open(String type, String source, List<String> data, long flags) {
        Cell context = p.cell(type);
        Cell tree = p.cell(type);
        p.call("configure " + type, Syscall.FSOPEN, type, FSOPEN_CLOEXEC).to(context);
        configure(context, "source", source);
        for (String option : data) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                p.call("set " + option, Syscall.FSCONFIG, context, FSCONFIG_SET_FLAG, option, 0, 0);
            } else {
                configure(context, option.substring(0, equals), option.substring(equals + 1));
            }
        }
        p.call("create " + type, Syscall.FSCONFIG, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
        p.call("mount " + type + " nowhere", Syscall.FSMOUNT, context, FSMOUNT_CLOEXEC, flags)
                .to(tree);
        calls.close(context);
        return tree;
    }

    private void configure(Cell context, String key, String value) {
        p.call("set " + key + " \"" + value + "\"", Syscall.FSCONFIG, context, FSCONFIG_SET_STRING, key, value, 0);
    }

    private void mounts() {
        p.stage("mounts");
        for (Mount mount : spec.mounts()) {
            if (mount.isBindMount()) {
                bind(mount);
            } else if (!"cgroup".equals(mount.type()) && !"cgroup2".equals(mount.type())) {
                fileSystem(mount);
            }
        }
        memory.finish();
    }

    private void bind(Mount mount) {
        if (Files.isDirectory(Path.of(String.valueOf(mount.source())))) {
            calls.directories(mount.destination());
        } else {
            calls.file(mount.destination());
        }
        calls.attach(sources.of(mount), mount.destination());
    }

    private void fileSystem(Mount mount) {
        MountOptions options = MountOptions.parse(mount.options());
        String type = mount.type() == null ? "none" : mount.type();
        String source = mount.source() == null ? type : mount.source();
        long flags = options.flags();
        if (type.equals("tmpfs") && (flags & MountFlags.MS_RDONLY) != 0) {
            // something may have to be made in it first
            flags &= ~MountFlags.MS_RDONLY;
            readOnlyLater.add(mount.destination());
        }
        if (TmpfsText.isTmpfs(mount)) {
            long asked = flags;
            String data = LabelText.context(options.data(), mountLabel());
            memory.write(mount, () -> calls.mount(source, mount.destination(), type, asked, data));
            propagate(mount, options);
            return;
        }
        calls.directories(mount.destination());
        if (isKernels(mount)) {
            // an image whose /proc is a link would have the kernel's files elsewhere, and its own where we write
            // (CVE-2019-19921)
            Cell real = p.cell("mount point");
            calls.open(mount.destination(), Calls.O_PATH | Calls.O_DIRECTORY | Calls.O_NOFOLLOW, real);
            calls.close(real);
        }
        Cell opened = kernelTrees.get(mount);
        if (opened != null) {
            calls.attach(opened, mount.destination());
        } else {
            // files of the kernel's own have the kernel's labels
            String data = isKernels(mount) ? options.data() : LabelText.context(options.data(), mountLabel());
            calls.mount(source, mount.destination(), type, flags, data);
        }
        propagate(mount, options);
    }

    private @Nullable String mountLabel() {
        return linux == null ? null : linux.mountLabel();
    }

    private void propagate(Mount mount, MountOptions options) {
        for (long propagation : options.propagation()) {
            p.call(
                    "set propagation of \"" + mount.destination() + "\"",
                    Syscall.MOUNT,
                    0,
                    mount.destination(),
                    0,
                    propagation,
                    0);
        }
    }

    private void devices() {
        p.stage("devices");
        nodes().values().forEach(this::node);
        if (ownDev()) {
            calls.link("/proc/self/fd", "/dev/fd");
            calls.link("/proc/self/fd/0", "/dev/stdin");
            calls.link("/proc/self/fd/1", "/dev/stdout");
            calls.link("/proc/self/fd/2", "/dev/stderr");
            calls.link("/proc/kcore", "/dev/core");
            calls.link("pts/ptmx", "/dev/ptmx");
        }
    }

    /** Whether {@code /dev} is a file system of its own, which nobody but the runtime has put anything into. */
    private boolean ownDev() {
        return spec.mounts().stream().anyMatch(mount -> mount.destination().equals("/dev") && !mount.isBindMount());
    }

    private Map<String, LinuxDevice> nodes() {
        var nodes = new LinkedHashMap<String, LinuxDevice>();
        if (ownDev()) {
            DefaultSpec.DEVICES.forEach(device -> nodes.put(device.path(), device));
        }
        if (linux != null) {
            linux.devices().forEach(device -> nodes.put(device.path(), device));
        }
        return nodes;
    }

    private void node(LinuxDevice device) {
        String path = device.path();
        int slash = path.lastIndexOf('/');
        if (slash > 0 && !path.substring(0, slash).equals("/dev")) {
            calls.directories(path.substring(0, slash));
        }
        Optional<Cell> hosts = sources.device(path);
        if (hosts.isPresent()) {
            calls.file(path);
            calls.attach(hosts.get(), path);
            return;
        }
        int type = switch (device.type()) {
            case "b" -> S_IFBLK;
            case "p" -> S_IFIFO;
            default -> S_IFCHR;
        };
        int mode = device.fileMode() == null ? 0666 : device.fileMode();
        long number = device(device.major() == null ? 0 : device.major(), device.minor() == null ? 0 : device.minor());
        p.call("make device \"" + path + "\"", Syscall.MKNODAT, Calls.AT_FDCWD, path, type | mode, number)
                .tolerating(Errno.EEXIST);
        long uid = device.uid() == null ? 0 : device.uid();
        long gid = device.gid() == null ? 0 : device.gid();
        if (uid != 0 || gid != 0) {
            p.call("own device \"" + path + "\"", Syscall.FCHOWNAT, Calls.AT_FDCWD, path, uid, gid, 0);
        }
    }

    /** As glibc's makedev(3). */
    private static long device(long major, long minor) {
        return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    }

    /** Names and kernel settings, while /proc/sys may still be written. */
    private void settings() {
        p.stage("settings");
        String hostname = spec.hostname();
        if (hostname != null && !hostname.isEmpty()) {
            p.call("set host name \"" + hostname + "\"", Syscall.SETHOSTNAME, hostname, Calls.bytes(hostname));
        }
        String domain = spec.domainname();
        if (domain != null && !domain.isEmpty()) {
            p.call("set domain name \"" + domain + "\"", Syscall.SETDOMAINNAME, domain, Calls.bytes(domain));
        }
        if (linux != null) {
            sysctls(linux.sysctl());
        }
        String cwd = spec.process() == null ? "/" : spec.process().cwd();
        calls.directories(cwd);
    }

    /** By a proc file system that nobody can mount over or put links into: an image's own {@code /proc} is not asked (CVE-2025-52881). */
    private void sysctls(Map<String, String> settings) {
        if (settings.isEmpty()) {
            return;
        }
        Cell proc = settingsProc.orElseThrow();
        settings.forEach((name, value) -> {
            String path = "sys/" + (name.indexOf('/') >= 0 ? name : name.replace('.', '/'));
            Cell file = p.cell("setting");
            p.call("open setting \"" + name + "\"", Syscall.OPENAT, proc, path, Calls.O_WRONLY | Calls.O_CLOEXEC, 0)
                    .to(file);
            p.call("set " + name + " to \"" + value + "\"", Syscall.WRITE, file, value, Calls.bytes(value));
            calls.close(file);
        });
        calls.close(proc);
    }

    /**
     * Files are hidden behind the container's own {@code /dev/null}, directories behind a directory of sysfs that is always empty: a
     * mount point that the kernel makes for cgroups and that the container's cgroup mount will cover. One tmpfs each would do as
     * well, and would cost a dump 8 to 17 ms each while the container is frozen; without a sysfs that is what is left.
     */
    private void masks() {
        p.stage("masks");
        if (linux == null) {
            return;
        }
        boolean sysfs = spec.mounts().stream()
                .anyMatch(mount ->
                        "sysfs".equals(mount.type()) && mount.destination().equals("/sys"));
        for (String path : linux.maskedPaths()) {
            Label next = p.label("masked " + path);
            Label directory = p.label("mask the directory " + path);
            Optional<Cell> mask = sources.mask(path);
            if (mask.isPresent()) {
                calls.move(mask.get(), path).tolerating(Errno.ENOENT).then(next).ifError(directory);
            } else {
                calls.bind("/dev/null", path, 0)
                        .tolerating(Errno.ENOENT)
                        .then(next)
                        .ifError(directory);
            }
            p.at(directory);
            if (sysfs) {
                Label memory = p.label("mask with a tmpfs " + path);
                calls.bind("/sys/fs/cgroup", path, 0).then(next).ifError(memory);
                p.at(memory);
            }
            calls.mount("tmpfs", path, "tmpfs", MountFlags.MS_RDONLY, "nr_inodes=1,size=4k");
            p.at(next);
        }
        for (String path : linux.readonlyPaths()) {
            calls.bind(path, path, MountFlags.MS_REC).tolerating(Errno.ENOENT);
            calls.readOnly(path).tolerating(Errno.ENOENT);
        }
    }

    private void cgroups() {
        p.stage("cgroups");
        List<Path> files = request.cgroup().entries();
        for (int i = 0; i < cgroupFiles.size(); i++) {
            p.call("join cgroup \"" + files.get(i).getParent() + "\"", Syscall.WRITE, cgroupFiles.get(i), "0", 1);
            calls.close(cgroupFiles.get(i));
        }
        p.stage("cgroup mounts");
        if (ownCgroupNamespace()) {
            p.call("make a cgroup namespace", Syscall.UNSHARE, NamespaceKind.CGROUP.cloneFlag());
        }
        wantsCgroupMount().ifPresent(this::mountCgroups);
    }

    private void mountCgroups(Mount mount) {
        String at = mount.destination();
        Cgroup cgroup = request.cgroup();
        MountOptions options = MountOptions.parse(mount.options());
        boolean readOnly = (options.flags() & MountFlags.MS_RDONLY) != 0;
        calls.directories(at);
        if (cgroup.mode() == CgroupMode.V2) {
            mountHierarchy(cgroup.hierarchies().getFirst(), at, readOnly);
            return;
        }
        String data = LabelText.context("mode=755", mountLabel());
        calls.mount("tmpfs", at, "tmpfs", CGROUP_FLAGS & ~MountFlags.MS_RELATIME, data);
        for (CgroupHierarchy hierarchy : cgroup.hierarchies()) {
            String folder = at + "/" + hierarchy.directoryName();
            calls.directories(folder);
            mountHierarchy(hierarchy, folder, readOnly);
            if (hierarchy.names().size() > 1) {
                for (String name : hierarchy.names()) {
                    calls.link(hierarchy.directoryName(), at + "/" + name);
                }
            }
        }
        if (readOnly) {
            calls.readOnly(at);
        }
    }

    private void mountHierarchy(CgroupHierarchy hierarchy, String at, boolean readOnly) {
        Cell tree = cgroupTrees.get(hierarchy);
        if (tree != null) {
            calls.attach(tree, at);
            if (readOnly) {
                calls.readOnly(at);
            }
            return;
        }
        long flags = CGROUP_FLAGS | (readOnly ? MountFlags.MS_RDONLY : 0);
        calls.mount("cgroup", at, hierarchy.mountType(), flags, hierarchy.mountOptions());
    }

    private void finish() {
        p.stage("finish");
        propagateRoot();
        for (String path : readOnlyLater) {
            calls.readOnly(path);
        }
        if (spec.root() != null && spec.root().readonly()) {
            calls.readOnly("/");
        }
    }

    private boolean isSlave() {
        return propagations().stream().anyMatch(bits -> (bits & MountFlags.MS_SLAVE) != 0);
    }

    /** What the container's own mounts below its root are to be; private and slave they are from the beginning. */
    private void propagateRoot() {
        for (long bits : propagations()) {
            if ((bits & (MountFlags.MS_SHARED | MountFlags.MS_UNBINDABLE)) != 0) {
                p.call("set the propagation of the root", Syscall.MOUNT, 0, "/", 0, bits, 0);
            }
        }
    }

    private List<Long> propagations() {
        String word = linux == null ? null : linux.rootfsPropagation();
        if (word == null || word.isEmpty()) {
            return List.of();
        }
        List<Long> bits = MountOptions.parse(List.of(word)).propagation();
        if (bits.isEmpty()) {
            throw new IllegalArgumentException(
                    "linux.rootfsPropagation is \"%s\"; it must be shared, slave, private or unbindable"
                            .formatted(word));
        }
        return bits;
    }

    private Optional<Mount> wantsCgroupMount() {
        return spec.mounts().stream()
                .filter(mount -> !mount.isBindMount())
                .filter(mount -> Set.of("cgroup", "cgroup2").contains(String.valueOf(mount.type())))
                .findFirst();
    }

    private boolean ownCgroupNamespace() {
        return namespaces(linux).stream()
                .anyMatch(namespace -> namespace.type() == NamespaceKind.CGROUP && namespace.path() == null);
    }
}
