package dev.ferry.runtime.oci;

/** A range of user or group ids inside the container and the ids they have outside. user_namespaces(7) */
public record IdMapping(long containerID, long hostID, long size) {

    public IdMapping {
        Required.uint32("containerID", containerID);
        Required.uint32("hostID", hostID);
        Required.uint32("size", size);
    }
}
