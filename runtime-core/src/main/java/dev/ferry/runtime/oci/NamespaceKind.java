package dev.ferry.runtime.oci;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The namespaces that Linux has. namespaces(7) */
public enum NamespaceKind {
    @JsonProperty("pid")
    PID("pid", 0x2000_0000L),
    @JsonProperty("network")
    NETWORK("net", 0x4000_0000L),
    @JsonProperty("mount")
    MOUNT("mnt", 0x0002_0000L),
    @JsonProperty("ipc")
    IPC("ipc", 0x0800_0000L),
    @JsonProperty("uts")
    UTS("uts", 0x0400_0000L),
    @JsonProperty("user")
    USER("user", 0x1000_0000L),
    @JsonProperty("cgroup")
    CGROUP("cgroup", 0x0200_0000L),
    @JsonProperty("time")
    TIME("time", 0x0000_0080L);

    private final String file;
    private final long cloneFlag;

    NamespaceKind(String file, long cloneFlag) {
        this.file = file;
        this.cloneFlag = cloneFlag;
    }

    /** The name under {@code /proc/PID/ns}. */
    public String file() {
        return file;
    }

    /** The {@code CLONE_NEW*} bit for clone3(2), unshare(2) and setns(2). */
    public long cloneFlag() {
        return cloneFlag;
    }
}
