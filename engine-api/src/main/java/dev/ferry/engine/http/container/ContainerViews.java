package dev.ferry.engine.http.container;

import dev.ferry.api.model.container.ContainerInspect;
import dev.ferry.api.model.container.ContainerState;
import dev.ferry.api.model.container.ContainerSummary;
import dev.ferry.api.model.container.Health;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.LogConfig;
import dev.ferry.api.model.container.MountPoint;
import dev.ferry.api.model.container.SummaryHostConfig;
import dev.ferry.api.model.container.SummaryNetworkSettings;
import dev.ferry.api.model.image.GraphDriver;
import dev.ferry.engine.container.Attachment;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Doubts;
import dev.ferry.engine.container.Moving;
import dev.ferry.engine.container.Runtimes;
import dev.ferry.engine.container.Status;
import dev.ferry.engine.files.FileService;
import dev.ferry.engine.network.NetworkViews;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Containers as the API shows them. */
final class ContainerViews {

    private ContainerViews() {}

    static ContainerInspect inspect(Container container, List<String> execs, Doubts doubts, NetworkViews networks) {
        ContainerRecord r = container.record();
        return ContainerInspect.builder()
                .id(r.id().text())
                .created(r.created())
                .path(r.arguments().getFirst())
                .args(r.arguments().subList(1, r.arguments().size()))
                .state(state(r, doubts).toBuilder()
                        .oomKilled(container.outOfMemory()
                                || (r.status() instanceof Status.Exited over && over.oomKilled()))
                        .health(container.health())
                        .build())
                .image(r.image())
                .logPath(container.log().toString())
                .name("/" + r.name())
                .restartCount(r.restarts())
                .driver("overlay2")
                .platform("linux")
                .execIds(execs.isEmpty() ? null : execs)
                .hostConfig(shown(r.host()))
                .graphDriver(new GraphDriver("overlay2", null))
                .mounts(mounts(r))
                .config(r.config())
                .networkSettings(networks.settings(
                        r.id().text(), r.config(), r.host(), r.status().isAlive()))
                .build();
    }

    static ContainerSummary summary(Container container, Doubts doubts, NetworkViews networks) {
        ContainerRecord r = container.record();
        return ContainerSummary.builder()
                .id(r.id().text())
                .names(List.of("/" + r.name()))
                .image(r.config().image())
                .imageId(r.image())
                .command(String.join(" ", r.arguments()))
                .created(r.created().getEpochSecond())
                .labels(r.config().labels())
                .state(r.status().word())
                .status(status(r, doubts, Instant.now(), container.health()))
                .hostConfig(new SummaryHostConfig(mode(r.host()), r.host().annotations()))
                .networkSettings(new SummaryNetworkSettings(Map.of(
                        mode(r.host()),
                        networks.endpoint(r.id().text(), r.host(), r.status().isAlive()))))
                .ports(networks.summaries(r.id().text(), r.config()))
                .mounts(mounts(r))
                .build();
    }

    /** The same with what it costs on the disk. */
    static ContainerSummary sized(ContainerSummary summary, FileService.Sizes sizes) {
        return summary.toBuilder()
                .sizeRw(sizes.written())
                .sizeRootFs(sizes.all())
                .build();
    }

    /** One whose record cannot be read: it is there, and that is all that is known. */
    static ContainerSummary damaged(ContainerRegistry.Damaged damaged) {
        return ContainerSummary.builder()
                .id(damaged.id().text())
                .names(List.of("/" + damaged.id().abbreviated()))
                .state("dead")
                .status("Dead (damaged: " + damaged.reason() + ")")
                .build();
    }

    /** The state, and why it stands still when that is in doubt. */
    static ContainerState state(ContainerRecord record, Doubts doubts) {
        ContainerState usual = state(record.status());
        Moving moving = record.moving();
        String remedy = moving == null ? "" : doubts.remedy(moving.migration());
        return moving == null || remedy.isEmpty()
                ? usual
                : usual.toBuilder().error(moving.doubt(remedy)).build();
    }

    private static ContainerState state(Status status) {
        var state = ContainerState.empty().toBuilder()
                .status(status.word())
                .running(status.isAlive() || status instanceof Status.Restarting)
                .paused(status instanceof Status.Paused)
                .restarting(status instanceof Status.Restarting)
                .pid(status.pidOrZero())
                .exitCode(status.codeOrZero());
        switch (status) {
            case Status.Created c -> state.error(c.error());
            case Status.Running running -> state.startedAt(running.started());
            case Status.Paused p -> state.startedAt(p.started());
            case Status.Restarting again ->
                state.startedAt(again.started()).finishedAt(again.finished()).error(again.error());
            case Status.Exited e ->
                state.startedAt(e.started())
                        .finishedAt(e.finished())
                        .oomKilled(e.oomKilled())
                        .error(e.error());
            case Status.Removing gone -> state.dead(gone.isAlive());
        }
        return state.build();
    }

    /** The line of {@code docker ps}. */
    static String status(ContainerRecord record, Doubts doubts, Instant now) {
        return status(record, doubts, now, null);
    }

    private static String status(ContainerRecord record, Doubts doubts, Instant now, @Nullable Health health) {
        String usual = status(record.status(), now) + (record.status() instanceof Status.Running ? health(health) : "");
        Moving moving = record.moving();
        return moving == null ? usual : moving.status(usual, doubts.remedy(moving.migration()));
    }

    private static String health(@Nullable Health health) {
        return health == null
                ? ""
                : health.status().equals("starting") ? " (health: starting)" : " (" + health.status() + ")";
    }

    private static String status(Status status, Instant now) {
        return switch (status) {
            case Status.Created c -> c.isAlive() ? "" : "Created";
            case Status.Running r -> "Up " + HumanDuration.of(Duration.between(r.started(), now));
            case Status.Paused p -> "Up " + HumanDuration.of(Duration.between(p.started(), now)) + " (Paused)";
            case Status.Restarting r ->
                "Restarting (" + r.code() + ") " + HumanDuration.of(Duration.between(r.finished(), now)) + " ago";
            case Status.Exited e ->
                "Exited (" + e.code() + ") " + HumanDuration.of(Duration.between(e.finished(), now)) + " ago";
            case Status.Removing r -> r.isAlive() ? "" : "Removal In Progress";
        };
    }

    static String mode(HostConfig host) {
        return NetworkViews.mode(host);
    }

    private static HostConfig shown(HostConfig host) {
        return host.toBuilder()
                .networkMode(mode(host))
                .logConfig(new LogConfig(
                        host.logConfig().type().isEmpty()
                                ? "json-file"
                                : host.logConfig().type(),
                        host.logConfig().config()))
                .runtime(Runtimes.name(host))
                .shmSize(host.shmSize() == 0 ? 64L << 20 : host.shmSize())
                .ipcMode(host.ipcMode().isEmpty() ? "private" : host.ipcMode())
                .cgroupnsMode(host.cgroupnsMode().isEmpty() ? "private" : host.cgroupnsMode())
                .build();
    }

    private static List<MountPoint> mounts(ContainerRecord record) {
        List<MountPoint> points = new ArrayList<>();
        for (Attachment each : record.attachments()) {
            points.add(new MountPoint(
                    each.isVolume() ? "volume" : "bind",
                    each.volume(),
                    each.source(),
                    each.destination(),
                    each.isVolume() ? "local" : "",
                    each.mode(),
                    !each.readOnly(),
                    each.isVolume() ? "" : each.propagation()));
        }
        record.host().mounts().stream()
                .filter(mount -> mount.type().equals("tmpfs"))
                .forEach(mount ->
                        points.add(new MountPoint("tmpfs", "", "", mount.target(), "", "", !mount.readOnly(), "")));
        return points;
    }
}
