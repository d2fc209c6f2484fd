/**
 * Control groups: the container's place in every hierarchy, its limits, its statistics, its freezer.
 *
 * <p>Begin with {@link dev.ferry.runtime.cgroup.CgroupHierarchies}, which finds out what this host has and makes
 * {@link dev.ferry.runtime.cgroup.Cgroup}s. Works on files only and joins nothing itself: the process that is to be inside is
 * born in {@link dev.ferry.runtime.cgroup.Cgroup#birthplace()} and writes itself into {@link
 * dev.ferry.runtime.cgroup.Cgroup#entries()}. Knows the OCI records, nothing of containers.
 *
 * <p>Words: a <i>hierarchy</i> is one tree of cgroups; version 1 has one for each controller or group of controllers, version 2 has
 * one for all (<i>unified</i>); <i>hybrid</i> is version 1 with a unified hierarchy beside it. A <i>cgroup</i> here is the same path
 * in all of them: a hierarchy that the container had not joined would be dumped and re-created as a whole by CRIU.
 */
@NullMarked
package dev.ferry.runtime.cgroup;

import org.jspecify.annotations.NullMarked;
