package dev.ferry.engine.migration;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.ferry.api.model.ApiJson;
import dev.ferry.criu.CheckpointIncompatible;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.HostFacts;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.preflight.Allowance;
import dev.ferry.criu.preflight.Obstacle;
import dev.ferry.criu.preflight.Preflight;
import dev.ferry.criu.preflight.Verdict;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.HostMounts;
import dev.ferry.engine.container.Verb;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.NotFound;
import dev.ferry.migration.protocol.Reply.Finding;
import dev.ferry.migration.protocol.Request;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What speaks against a migration, found before anything is frozen, written down or sent. */
final class Preflights {
    /** Room that a target keeps free beside what comes: its journal and its logs have to go on. */
    private static final long RESERVE = 64L << 20;

    private final ContainerRegistry registry;
    private final Grounds grounds;

    Preflights(ContainerRegistry registry, Grounds grounds) {
        this.registry = registry;
        this.grounds = grounds;
    }

    /**
     * What was found at the source.
     *
     * @param host this host's facts; empty without CRIU, which is among the findings then
     */
    record Source(List<Finding> findings, Request.Needs needs, Optional<HostFacts> host) {}

    /** Looks at a container that is to leave. */
    Source source(Container container, List<String> volumesPresent) {
        ContainerRecord record = container.record();
        record.require(Verb.MIGRATE);
        List<Finding> findings = new ArrayList<>();
        for (String volume : HostMounts.of(record)) {
            if (!volumesPresent.contains(volume)) {
                findings.add(new Finding(
                        "migration.volume",
                        volume,
                        "the container uses " + named(volume) + ", which is not moved",
                        "if the target has the same files there, say --volume-present " + volume));
            }
        }
        Optional<HostFacts> host = host(findings);
        long memory = 0;
        try {
            Verdict verdict = obstacles(container, record);
            memory = verdict.memory();
            for (Obstacle obstacle : verdict.obstacles()) {
                findings.add(new Finding(
                        "criu." + obstacle.refusal().word(),
                        obstacle.object(),
                        obstacle.refusal().sentence(),
                        obstacle.refusal().remedy()));
            }
            return new Source(findings, new Request.Needs(memory, writable(record), Files.size(container.log())), host);
        } catch (IOException e) {
            findings.add(new Finding(
                    "migration.look",
                    record.name(),
                    "the container cannot be looked at: " + e.getMessage(),
                    "see whether it still runs"));
            return new Source(findings, new Request.Needs(memory, 0, 0), host);
        }
    }

    private Verdict obstacles(Container container, ContainerRecord record) throws IOException {
        CheckpointOptions options = CheckpointOptions.DEFAULT;
        return Preflight.of(
                container.requireProcess().initPid(),
                grounds.incarnations().cgroup(record).pids(),
                new Allowance(
                        options.tcpEstablished(),
                        options.fileLocks(),
                        options.linkRemap(),
                        options.ghostLimit(),
                        false),
                grounds.home());
    }

    private Optional<HostFacts> host(List<Finding> findings) {
        try {
            String criu = grounds.criu().checkpointer().probe().version().toString();
            return Optional.of(HostFacts.read(Path.of("/proc"), criu));
        } catch (CriuException e) {
            findings.add(new Finding("migration.criu", "criu", cause(e), e.remedy()));
        } catch (IOException e) {
            findings.add(new Finding(
                    "migration.criu",
                    "criu",
                    "cannot be asked: " + e.getMessage(),
                    "run \"ferry doctor\" on that host"));
        }
        return Optional.empty();
    }

    /** Its text without the remedy, which a finding has beside it. */
    private static String cause(CriuException e) {
        String text = String.valueOf(e.getMessage());
        String end = "; " + e.remedy();
        return text.endsWith(end) ? text.substring(0, text.length() - end.length()) : text;
    }

    private long writable(ContainerRecord record) throws IOException {
        try (Stream<Path> files = Files.walk(grounds.incarnations().root(record).upper())) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (SnapshotException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Looks at what a container that is to come would meet here. */
    List<Finding> target(Request.Offer offer) {
        List<Finding> findings = new ArrayList<>();
        host(findings).ifPresent(here -> compare(offer.host(), here, findings));
        taken(offer.container(), "migration.id-taken", "id", "remove that container first", findings);
        taken(
                offer.name(),
                "migration.name-taken",
                "name",
                "rename one of the two containers, or remove the one that is there",
                findings);
        room(offer, findings);
        ContainerRecord record = record(offer, findings);
        if (record != null) {
            mounts(offer, record, findings);
        }
        return findings;
    }

    private static void compare(HostFacts there, HostFacts here, List<Finding> findings) {
        try {
            there.requireRestorableOn(here);
        } catch (CheckpointIncompatible e) {
            findings.add(new Finding("migration.host", "host", cause(e), e.remedy()));
        }
    }

    private void taken(String reference, String code, String what, String remedy, List<Finding> findings) {
        try {
            ContainerRecord other = registry.find(reference).record();
            if (other.id().text().equals(reference) || other.name().equals(reference)) {
                findings.add(new Finding(
                        code,
                        reference,
                        "the " + what + " \"" + reference + "\" is already in use by container "
                                + other.id().text().substring(0, 12),
                        remedy));
            }
        } catch (NotFound free) {
            // as it should be
        } catch (EngineException e) {
            findings.add(new Finding(code, reference, e.getMessage(), remedy));
        }
    }

    private void room(Request.Offer offer, List<Finding> findings) {
        try {
            long free = Files.getFileStore(grounds.home()).getUsableSpace();
            long image = offer.image().stream()
                    .filter(blob -> !grounds.content().contains(dev.ferry.store.content.Digest.parse(blob.digest())))
                    .mapToLong(blob -> 2 * blob.size()) // as a blob, and unpacked
                    .sum();
            Request.Needs needs = offer.needs();
            long needed = image + needs.memory() + 2 * needs.writable() + needs.log() + RESERVE;
            if (free < needed) {
                findings.add(new Finding(
                        "migration.space",
                        grounds.home().toString(),
                        free + " bytes are free and about " + needed + " are needed",
                        "make room there"));
            }
        } catch (IOException | IllegalArgumentException e) {
            findings.add(new Finding(
                    "migration.space", grounds.home().toString(), String.valueOf(e.getMessage()), "see the cause"));
        }
    }

    /** The record that comes with an offer; null when it is among the findings. */
    static @org.jspecify.annotations.Nullable ContainerRecord record(Request.Offer offer, List<Finding> findings) {
        try {
            ContainerRecord record = ApiJson.mapper().readValue(offer.record(), ContainerRecord.class);
            if (!record.id().text().equals(offer.container())
                    || !record.name().equals(offer.name())
                    || record.epoch() >= offer.epoch()) {
                findings.add(new Finding(
                        "migration.record",
                        offer.container(),
                        "the container's record and the offer contradict each other",
                        "look at the source's log: an offer is made of the record"));
                return null;
            }
            return record;
        } catch (JsonProcessingException | IllegalArgumentException e) {
            findings.add(new Finding(
                    "migration.record",
                    offer.container(),
                    "the container's record cannot be read: " + e.getMessage(),
                    "use the same release of Ferry on both hosts"));
            return null;
        }
    }

    /** A volume has a name, a file of the host a path. */
    private static String named(String source) {
        return source.startsWith("/") ? "the host's \"" + source + "\"" : "volume \"" + source + "\"";
    }

    private void mounts(Request.Offer offer, ContainerRecord record, List<Finding> findings) {
        for (String source : HostMounts.of(record)) {
            if (!offer.volumes().contains(source)) {
                findings.add(new Finding(
                        "migration.volume",
                        source,
                        "the container uses " + named(source) + ", which was not declared present",
                        "say --volume-present " + source));
            } else if (source.startsWith("/")
                    ? !Files.exists(Path.of(source))
                    : !grounds.incarnations().hasVolume(source)) {
                findings.add(new Finding(
                        "migration.volume",
                        source,
                        "\"" + source + "\" was declared present and is not here",
                        "bring the files here first"));
            }
        }
    }
}
