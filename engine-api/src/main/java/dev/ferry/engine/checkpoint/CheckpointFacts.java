package dev.ferry.engine.checkpoint;

import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.CheckpointSizes;
import dev.ferry.api.model.ferry.CheckpointTimings;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.FileRecord;
import dev.ferry.criu.archive.HostFacts;
import dev.ferry.criu.archive.Manifest;
import dev.ferry.criu.checkpoint.CheckpointReport;
import dev.ferry.criu.rpc.DumpStatistics;
import dev.ferry.engine.container.ContainerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what lies in a checkpoint's directory into what clients are told. */
final class CheckpointFacts {
    /** How the making of it went: written after the commit, hence not in the manifest, and not needed by a restore. */
    private static final String REPORT = "report.json";

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFacts.class);
    private static final String PAGES = "pages-";

    private CheckpointFacts() {}

    /** Of one that was just made; kept beside it for later. */
    static CheckpointDetail keep(CheckpointReport report, ContainerRecord record, boolean leftRunning) {
        CheckpointDetail detail = detail(
                report.directory(),
                report.manifest(),
                report.statistics(),
                record,
                leftRunning,
                micros(report.total()));
        try {
            Files.write(report.directory().file(REPORT), ApiJson.mapper().writeValueAsBytes(detail));
        } catch (IOException e) {
            // the checkpoint is good without it
            LOG.warn("figures of checkpoint {} are not kept: {}", report.directory(), e.getMessage());
        }
        return detail;
    }

    /** Of one made earlier. A damaged one is shown with what is wrong with it. */
    static CheckpointDetail read(CheckpointDirectory directory, ContainerRecord record) {
        CheckpointDetail kept = kept(directory);
        try {
            Manifest manifest = directory.manifest();
            DumpStatistics statistics = DumpStatistics.NONE;
            if (Files.exists(directory.file(CheckpointDirectory.STATISTICS))) {
                statistics = DumpStatistics.read(directory.file(CheckpointDirectory.STATISTICS));
            }
            return detail(
                    directory,
                    manifest,
                    statistics,
                    record,
                    kept.leftRunning(),
                    kept.timings().total());
        } catch (CriuException | IOException e) {
            return kept.toBuilder()
                    .name(name(directory))
                    .containerId(record.id().text())
                    .containerName(record.name())
                    .state(String.valueOf(e.getMessage()))
                    .directory(directory.path().toString())
                    .build();
        }
    }

    private static CheckpointDetail kept(CheckpointDirectory directory) {
        try {
            return ApiJson.mapper().readValue(Files.readAllBytes(directory.file(REPORT)), CheckpointDetail.class);
        } catch (IOException e) {
            // made by another program, or the engine died before it was written: the manifest has what matters
            return CheckpointDetail.empty();
        }
    }

    private static CheckpointDetail detail(
            CheckpointDirectory directory,
            Manifest manifest,
            DumpStatistics statistics,
            ContainerRecord record,
            boolean leftRunning,
            long totalMicros) {
        return CheckpointDetail.builder()
                .name(name(directory))
                .containerId(manifest.containerId())
                .containerName(record.name())
                .created(Instant.parse(manifest.created()))
                .leftRunning(leftRunning)
                .state("complete")
                .directory(directory.path().toString())
                .sizes(sizes(manifest))
                .timings(new CheckpointTimings(
                        micros(statistics.frozen()),
                        micros(statistics.freezing()),
                        micros(statistics.memoryDump()),
                        micros(statistics.memoryWrite()),
                        totalMicros))
                .facts(facts(manifest.host()))
                .build();
    }

    private static CheckpointSizes sizes(Manifest manifest) {
        long memory = 0;
        long images = 0;
        long layer = 0;
        for (FileRecord file : manifest.files()) {
            if (file.name().startsWith(CheckpointDirectory.IMAGES + "/" + PAGES)) {
                memory += file.size();
            } else if (file.name().startsWith(CheckpointDirectory.IMAGES + "/")) {
                images += file.size();
            } else if (file.name().equals(CheckpointDirectory.ROOTFS_DIFF)) {
                layer += file.size();
            }
        }
        return new CheckpointSizes(
                manifest.totalSize(), memory, images, layer, manifest.files().size());
    }

    private static Map<String, String> facts(HostFacts host) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("architecture", host.architecture());
        facts.put("kernel", host.kernel());
        facts.put("criu", host.criu());
        facts.put("cgroups", host.cgroupMode());
        return facts;
    }

    private static String name(CheckpointDirectory directory) {
        Path last = directory.path().getFileName();
        return String.valueOf(last);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
