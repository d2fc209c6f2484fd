package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * The host's side of a container: {@code GET /ferry/v1/containers/{id}}.
 *
 * @param networkNamespace path of its pin, empty without one
 * @param way its migration, all empty when it is on no way anywhere
 */
public record ContainerDetail(
        @JsonProperty("id") String id,
        @JsonProperty("name") String name,
        @JsonProperty("status") String status,
        @JsonProperty("initPid") int initPid,
        @JsonProperty("monitorPid") int monitorPid,
        @JsonProperty("directory") String directory,
        @JsonProperty("logPath") String logPath,
        @JsonProperty("cgroup") String cgroup,
        @JsonProperty("networkNamespace") String networkNamespace,
        @JsonProperty("way") ContainerWay way) {

    public ContainerDetail {
        id = Absence.text(id);
        name = Absence.text(name);
        status = Absence.text(status);
        directory = Absence.text(directory);
        logPath = Absence.text(logPath);
        cgroup = Absence.text(cgroup);
        networkNamespace = Absence.text(networkNamespace);
        way = Absence.or(way, ContainerWay::empty);
    }

    /** All fields absent. */
    public static ContainerDetail empty() {
        return new ContainerDetail("", "", "", 0, 0, "", "", "", "", ContainerWay.empty());
    }
}
