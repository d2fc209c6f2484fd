package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerUpdateRequest;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.Resources;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.runtime.cgroup.LimitRefused;
import dev.ferry.runtime.cgroup.LimitUnsupported;
import dev.ferry.runtime.oci.LinuxResources;
import java.io.IOException;
import java.util.List;

/**
 * Changes the limits and the restart policy of containers that exist.
 *
 * <p>The record first, then the kernel: a container keeps over a restart what its user was told, and an engine that dies between the two
 * brings the kernel up to the record when the next one adopts the container.
 */
public final class ContainerUpdates {

    private final ContainerRegistry registry;
    private final Incarnations incarnations;
    private final ResourceRules rules;
    private final ContainerEvents events;

    /** From its parts. */
    public ContainerUpdates(
            ContainerRegistry registry, Incarnations incarnations, ResourceRules rules, ContainerEvents events) {
        this.registry = registry;
        this.incarnations = incarnations;
        this.rules = rules;
        this.events = events;
    }

    /**
     * Changes what the request names; the rest stays.
     *
     * @return warnings
     * @throws Conflict for what contradicts what is in force
     */
    public List<String> update(String reference, ContainerUpdateRequest request) throws InterruptedException {
        Container container = registry.find(reference);
        ResourceRules.Settled settled = rules.settle(request.resources(), true);
        HostConfigRules.restart(request.restartPolicy());
        return container.lane().call(() -> {
            ContainerRecord before = container.record();
            before.require(Verb.UPDATE);
            HostConfig host = merged(before, settled.resources(), request);
            ContainerRecord next = before.withHost(host);
            container.write(next);
            if (before.status().isAlive()) {
                try {
                    apply(next, change(settled.resources(), host.resources()));
                } catch (EngineException e) {
                    // what the kernel has taken of it is put back as far as it goes: the refusal is what counts
                    container.settle(container.record().withHost(before.host()));
                    putBack(before, e);
                    throw e;
                }
            }
            events.tell(next, "update");
            return settled.warnings();
        });
    }

    private void putBack(ContainerRecord before, EngineException why) {
        try {
            apply(before, Limits.of(before.host().resources()));
        } catch (EngineException e) {
            why.addSuppressed(e);
        }
    }

    private void apply(ContainerRecord record, LinuxResources limits) {
        try {
            incarnations.cgroup(record).limit(limits);
        } catch (LimitUnsupported e) {
            throw new Unsupported("container.limit", cannot(record, String.valueOf(e.getMessage())), e);
        } catch (LimitRefused e) {
            throw new InvalidRequest("container.limit", cannot(record, String.valueOf(e.getMessage())), e);
        } catch (IOException e) {
            throw new Failed("container.limit", cannot(record, String.valueOf(e.getMessage())), e);
        }
    }

    /** What has to be written: the new values, and of a pair that belongs together the other half, too. */
    private static LinuxResources change(Resources asked, Resources now) {
        Resources.Builder named = asked.toBuilder();
        if (asked.memory() != 0 || asked.memorySwap() != 0) {
            named.memory(now.memory()).memorySwap(now.memorySwap());
        }
        LinuxResources limits = Limits.of(named.build());
        return asked.pidsLimit() != null && asked.pidsLimit() <= 0
                ? limits.withPids(new LinuxResources.Pids(-1))
                : limits;
    }

    private static HostConfig merged(ContainerRecord record, Resources asked, ContainerUpdateRequest request) {
        Resources old = record.host().resources();
        conflict(record, asked.nanoCpus() > 0 && old.cpuPeriod() > 0, "Nano CPUs", "CPU Period has");
        conflict(record, asked.nanoCpus() > 0 && old.cpuQuota() > 0, "Nano CPUs", "CPU Quota has");
        conflict(record, asked.cpuPeriod() > 0 && old.nanoCpus() > 0, "CPU Period", "NanoCPUs has");
        conflict(record, asked.cpuQuota() > 0 && old.nanoCpus() > 0, "CPU Quota", "NanoCPUs has");
        long swap = old.memorySwap() == 0 && old.memory() > 0 ? 2 * old.memory() : old.memorySwap();
        if (asked.memory() != 0 && asked.memorySwap() == 0 && swap >= 0 && asked.memory() > swap) {
            throw new Conflict(
                    "container.update",
                    cannot(
                            record,
                            "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at"
                                    + " the same time"));
        }
        Resources.Builder r = old.toBuilder().memorySwap(swap);
        if (asked.blkioWeight() != 0) {
            r.blkioWeight(asked.blkioWeight());
        }
        if (!asked.blkioWeightDevice().isEmpty()) {
            r.blkioWeightDevice(asked.blkioWeightDevice());
        }
        if (!asked.blkioDeviceReadBps().isEmpty()) {
            r.blkioDeviceReadBps(asked.blkioDeviceReadBps());
        }
        if (!asked.blkioDeviceWriteBps().isEmpty()) {
            r.blkioDeviceWriteBps(asked.blkioDeviceWriteBps());
        }
        if (!asked.blkioDeviceReadIOps().isEmpty()) {
            r.blkioDeviceReadIOps(asked.blkioDeviceReadIOps());
        }
        if (!asked.blkioDeviceWriteIOps().isEmpty()) {
            r.blkioDeviceWriteIOps(asked.blkioDeviceWriteIOps());
        }
        r.cpuShares(or(asked.cpuShares(), old.cpuShares()));
        r.nanoCpus(or(asked.nanoCpus(), old.nanoCpus()));
        r.cpuPeriod(or(asked.cpuPeriod(), old.cpuPeriod()));
        r.cpuQuota(or(asked.cpuQuota(), old.cpuQuota()));
        r.cpuRealtimePeriod(or(asked.cpuRealtimePeriod(), old.cpuRealtimePeriod()));
        r.cpuRealtimeRuntime(or(asked.cpuRealtimeRuntime(), old.cpuRealtimeRuntime()));
        r.memory(or(asked.memory(), old.memory()));
        r.memorySwap(or(asked.memorySwap(), swap));
        r.memoryReservation(or(asked.memoryReservation(), old.memoryReservation()));
        r.kernelMemoryTcp(or(asked.kernelMemoryTcp(), old.kernelMemoryTcp()));
        if (!asked.cpusetCpus().isEmpty()) {
            r.cpusetCpus(asked.cpusetCpus());
        }
        if (!asked.cpusetMems().isEmpty()) {
            r.cpusetMems(asked.cpusetMems());
        }
        if (asked.pidsLimit() != null) {
            r.pidsLimit(Math.max(0, asked.pidsLimit()));
        }
        HostConfig.Builder host = record.host().toBuilder().resources(r.build());
        String policy = request.restartPolicy().name();
        if (!policy.isEmpty()) {
            if (record.host().autoRemove() && !policy.equals("no")) {
                throw new Conflict(
                        "container.update",
                        cannot(
                                record,
                                "Restart policy cannot be updated because AutoRemove is enabled for the container"));
            }
            host.restartPolicy(request.restartPolicy());
        }
        return host.build();
    }

    private static long or(long asked, long old) {
        return asked != 0 ? asked : old;
    }

    private static void conflict(ContainerRecord record, boolean is, String asked, String set) {
        if (is) {
            throw new Conflict(
                    "container.update",
                    cannot(
                            record,
                            "Conflicting options: " + asked + " cannot be updated as " + set + " already been set"));
        }
    }

    private static String cannot(ContainerRecord record, String why) {
        return "Cannot update container " + record.id() + ": " + why;
    }
}
