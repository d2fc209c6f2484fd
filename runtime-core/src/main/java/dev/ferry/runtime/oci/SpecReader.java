package dev.ferry.runtime.oci;

import dev.ferry.runtime.json.JsonObject;
import dev.ferry.runtime.json.JsonRefused;
import dev.ferry.runtime.oci.LinuxResources.BlockIo;
import java.util.Locale;

/**
 * The records of the specification from their objects, by name and one for one. A record that gets another component does not compile here until
 * it is read; what is written comes back the same, says a test that fills every component.
 */
// what is required is the records' own affair: their constructors refuse null
@SuppressWarnings("NullAway")
final class SpecReader {
    private SpecReader() {}

    static Spec spec(JsonObject from) throws JsonRefused {
        return new Spec(
                from.text("ociVersion"),
                from.object("root", SpecReader::root),
                from.object("process", SpecReader::process),
                from.text("hostname"),
                from.text("domainname"),
                from.objects("mounts", SpecReader::mount),
                from.object("hooks", SpecReader::hooks),
                from.object("linux", SpecReader::linux),
                from.textsByName("annotations"));
    }

    static State state(JsonObject from) throws JsonRefused {
        return new State(
                from.text("ociVersion"),
                from.text("id"),
                from.text("status"),
                from.integer("pid"),
                from.text("bundle"),
                from.textsByName("annotations"));
    }

    private static Root root(JsonObject from) throws JsonRefused {
        return new Root(from.text("path"), from.is("readonly"));
    }

    static Process process(JsonObject from) throws JsonRefused {
        return new Process(
                from.is("terminal"),
                from.object("consoleSize", SpecReader::consoleSize),
                from.object("user", SpecReader::user),
                from.texts("args"),
                from.texts("env"),
                from.text("cwd"),
                from.object("capabilities", SpecReader::capabilities),
                from.objects("rlimits", SpecReader::rlimit),
                from.is("noNewPrivileges"),
                from.text("apparmorProfile"),
                from.integer("oomScoreAdj"),
                from.object("scheduler", SpecReader::scheduler),
                from.text("selinuxLabel"),
                from.object("ioPriority", SpecReader::ioPriority),
                from.object("execCPUAffinity", SpecReader::affinity));
    }

    private static Process.ConsoleSize consoleSize(JsonObject from) throws JsonRefused {
        return new Process.ConsoleSize(from.integerOrZero("height"), from.integerOrZero("width"));
    }

    private static User user(JsonObject from) throws JsonRefused {
        return new User(
                from.numberOrZero("uid"),
                from.numberOrZero("gid"),
                from.integer("umask"),
                from.numbers("additionalGids"),
                from.text("username"));
    }

    private static ProcessCapabilities capabilities(JsonObject from) throws JsonRefused {
        return new ProcessCapabilities(
                from.texts("bounding"),
                from.texts("effective"),
                from.texts("inheritable"),
                from.texts("permitted"),
                from.texts("ambient"));
    }

    private static Process.Rlimit rlimit(JsonObject from) throws JsonRefused {
        return new Process.Rlimit(from.text("type"), from.unsignedOrZero("soft"), from.unsignedOrZero("hard"));
    }

    private static Process.Scheduler scheduler(JsonObject from) throws JsonRefused {
        return new Process.Scheduler(
                from.text("policy"),
                from.integer("nice"),
                from.integer("priority"),
                from.texts("flags"),
                from.number("runtime"),
                from.number("deadline"),
                from.number("period"));
    }

    private static Process.IoPriority ioPriority(JsonObject from) throws JsonRefused {
        return new Process.IoPriority(from.text("class"), from.integerOrZero("priority"));
    }

    private static Process.ExecCpuAffinity affinity(JsonObject from) throws JsonRefused {
        return new Process.ExecCpuAffinity(from.text("initial"), from.text("final"));
    }

    private static Mount mount(JsonObject from) throws JsonRefused {
        return new Mount(
                from.text("destination"),
                from.text("type"),
                from.text("source"),
                from.texts("options"),
                from.objects("uidMappings", SpecReader::idMapping),
                from.objects("gidMappings", SpecReader::idMapping));
    }

    private static IdMapping idMapping(JsonObject from) throws JsonRefused {
        return new IdMapping(from.numberOrZero("containerID"), from.numberOrZero("hostID"), from.numberOrZero("size"));
    }

    private static Hooks hooks(JsonObject from) throws JsonRefused {
        return new Hooks(
                from.objects("prestart", SpecReader::hook),
                from.objects("createRuntime", SpecReader::hook),
                from.objects("createContainer", SpecReader::hook),
                from.objects("startContainer", SpecReader::hook),
                from.objects("poststart", SpecReader::hook),
                from.objects("poststop", SpecReader::hook));
    }

    private static Hooks.Hook hook(JsonObject from) throws JsonRefused {
        return new Hooks.Hook(from.text("path"), from.texts("args"), from.texts("env"), from.integer("timeout"));
    }

    private static Linux linux(JsonObject from) throws JsonRefused {
        return new Linux(
                from.objects("devices", SpecReader::device),
                from.objectsByName("netDevices", SpecReader::netDevice),
                from.objects("uidMappings", SpecReader::idMapping),
                from.objects("gidMappings", SpecReader::idMapping),
                from.textsByName("sysctl"),
                from.text("cgroupsPath"),
                from.object("resources", SpecReader::resources),
                from.text("rootfsPropagation"),
                from.object("seccomp", SpecReader::seccomp),
                from.object("timeOffsets", SpecReader::timeOffsets),
                from.objects("namespaces", SpecReader::namespace),
                from.texts("maskedPaths"),
                from.texts("readonlyPaths"),
                from.text("mountLabel"),
                from.object("personality", SpecReader::personality),
                from.object("intelRdt", SpecReader::intelRdt),
                from.object("memoryPolicy", SpecReader::memoryPolicy));
    }

    private static LinuxDevice device(JsonObject from) throws JsonRefused {
        return new LinuxDevice(
                from.text("path"),
                from.text("type"),
                from.number("major"),
                from.number("minor"),
                from.integer("fileMode"),
                from.number("uid"),
                from.number("gid"));
    }

    private static Linux.NetDevice netDevice(JsonObject from) throws JsonRefused {
        return new Linux.NetDevice(from.text("name"));
    }

    private static Linux.TimeOffsets timeOffsets(JsonObject from) throws JsonRefused {
        return new Linux.TimeOffsets(
                from.object("monotonic", SpecReader::offset), from.object("boottime", SpecReader::offset));
    }

    private static Linux.TimeOffsets.Offset offset(JsonObject from) throws JsonRefused {
        return new Linux.TimeOffsets.Offset(from.numberOrZero("secs"), from.numberOrZero("nanosecs"));
    }

    private static LinuxNamespace namespace(JsonObject from) throws JsonRefused {
        return new LinuxNamespace(
                from.choice("type", NamespaceKind.values(), kind -> kind.name().toLowerCase(Locale.ROOT)),
                from.text("path"));
    }

    private static Linux.Personality personality(JsonObject from) throws JsonRefused {
        return new Linux.Personality(from.text("domain"), from.texts("flags"));
    }

    private static Linux.IntelRdt intelRdt(JsonObject from) throws JsonRefused {
        return new Linux.IntelRdt(
                from.text("closID"),
                from.texts("schemata"),
                from.text("l3CacheSchema"),
                from.text("memBwSchema"),
                from.decision("enableMonitoring"));
    }

    private static Linux.MemoryPolicy memoryPolicy(JsonObject from) throws JsonRefused {
        return new Linux.MemoryPolicy(from.text("mode"), from.text("nodes"), from.texts("flags"));
    }

    static LinuxResources resources(JsonObject from) throws JsonRefused {
        return new LinuxResources(
                from.objects("devices", SpecReader::deviceRule),
                from.object("memory", SpecReader::memory),
                from.object("cpu", SpecReader::cpu),
                from.object("pids", SpecReader::pids),
                from.object("blockIO", SpecReader::blockIo),
                from.objects("hugepageLimits", SpecReader::hugepageLimit),
                from.object("network", SpecReader::network),
                from.objectsByName("rdma", SpecReader::rdma),
                from.textsByName("unified"));
    }

    private static LinuxResources.DeviceRule deviceRule(JsonObject from) throws JsonRefused {
        return new LinuxResources.DeviceRule(
                from.is("allow"), from.text("type"), from.number("major"), from.number("minor"), from.text("access"));
    }

    private static LinuxResources.Memory memory(JsonObject from) throws JsonRefused {
        return new LinuxResources.Memory(
                from.number("limit"),
                from.number("reservation"),
                from.number("swap"),
                from.number("kernel"),
                from.number("kernelTCP"),
                from.number("swappiness"),
                from.decision("disableOOMKiller"),
                from.decision("useHierarchy"),
                from.decision("checkBeforeUpdate"));
    }

    private static LinuxResources.Cpu cpu(JsonObject from) throws JsonRefused {
        return new LinuxResources.Cpu(
                from.number("shares"),
                from.number("quota"),
                from.number("burst"),
                from.number("period"),
                from.number("realtimeRuntime"),
                from.number("realtimePeriod"),
                from.text("cpus"),
                from.text("mems"),
                from.number("idle"));
    }

    private static LinuxResources.Pids pids(JsonObject from) throws JsonRefused {
        return new LinuxResources.Pids(from.numberOrZero("limit"));
    }

    private static BlockIo blockIo(JsonObject from) throws JsonRefused {
        return new BlockIo(
                from.integer("weight"),
                from.integer("leafWeight"),
                from.objects("weightDevice", SpecReader::weightDevice),
                from.objects("throttleReadBpsDevice", SpecReader::throttleDevice),
                from.objects("throttleWriteBpsDevice", SpecReader::throttleDevice),
                from.objects("throttleReadIOPSDevice", SpecReader::throttleDevice),
                from.objects("throttleWriteIOPSDevice", SpecReader::throttleDevice));
    }

    private static BlockIo.WeightDevice weightDevice(JsonObject from) throws JsonRefused {
        return new BlockIo.WeightDevice(
                from.numberOrZero("major"),
                from.numberOrZero("minor"),
                from.integer("weight"),
                from.integer("leafWeight"));
    }

    private static BlockIo.ThrottleDevice throttleDevice(JsonObject from) throws JsonRefused {
        return new BlockIo.ThrottleDevice(
                from.numberOrZero("major"), from.numberOrZero("minor"), from.unsignedOrZero("rate"));
    }

    private static LinuxResources.HugepageLimit hugepageLimit(JsonObject from) throws JsonRefused {
        return new LinuxResources.HugepageLimit(from.text("pageSize"), from.unsignedOrZero("limit"));
    }

    private static LinuxResources.Network network(JsonObject from) throws JsonRefused {
        return new LinuxResources.Network(
                from.number("classID"), from.objects("priorities", SpecReader::interfacePriority));
    }

    private static LinuxResources.Network.InterfacePriority interfacePriority(JsonObject from) throws JsonRefused {
        return new LinuxResources.Network.InterfacePriority(from.text("name"), from.numberOrZero("priority"));
    }

    private static LinuxResources.Rdma rdma(JsonObject from) throws JsonRefused {
        return new LinuxResources.Rdma(from.number("hcaHandles"), from.number("hcaObjects"));
    }

    static LinuxSeccomp seccomp(JsonObject from) throws JsonRefused {
        return new LinuxSeccomp(
                from.choice("defaultAction", LinuxSeccomp.Action.values(), SpecReader::word),
                from.integer("defaultErrnoRet"),
                from.choices("architectures", LinuxSeccomp.Arch.values(), arch -> "SCMP_ARCH_" + arch.name()),
                from.choices("flags", LinuxSeccomp.Flag.values(), flag -> "SECCOMP_FILTER_FLAG_" + flag.name()),
                from.text("listenerPath"),
                from.text("listenerMetadata"),
                from.objects("syscalls", SpecReader::rule));
    }

    private static LinuxSeccomp.Rule rule(JsonObject from) throws JsonRefused {
        return new LinuxSeccomp.Rule(
                from.texts("names"),
                from.choice("action", LinuxSeccomp.Action.values(), SpecReader::word),
                from.integer("errnoRet"),
                from.objects("args", SpecReader::condition));
    }

    private static LinuxSeccomp.Condition condition(JsonObject from) throws JsonRefused {
        return new LinuxSeccomp.Condition(
                from.integerOrZero("index"),
                from.unsignedOrZero("value"),
                from.unsignedOrZero("valueTwo"),
                from.choice("op", LinuxSeccomp.Operator.values(), operator -> "SCMP_CMP_" + operator.name()));
    }

    private static String word(LinuxSeccomp.Action action) {
        return "SCMP_ACT_" + action.name();
    }
}
