package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.runtime.linux.Mounts;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LinkProxy;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a client is told when a migration cannot be, that the container runs on where it was, and that the target keeps nothing. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MigrationBadInputTest {
    /** The container is marked, and nothing has been said to the target. */
    private static final String OFFERED = "after source OFFERED";

    private Path home;
    private MigrationHouse house;
    private LyingPeer liar;

    @BeforeAll
    void startEngines(@TempDir Path directory) throws Exception {
        home = directory;
        house = new MigrationHouse(home, "--journal", "plain").withBusybox();
        house.b.withBusybox();
        liar = new LyingPeer(home.resolve("liar"), house.a.client, house.b.client);
    }

    @AfterEach
    void goOn() throws IOException {
        liar.tellTheTruth();
        for (CheckpointHouse each : List.of(house.a, house.b)) {
            MigrationHouse.goOn(each);
            for (var container : each.client.containers().list(true, Map.of())) {
                each.client.containers().remove(container.id(), true, true);
            }
        }
    }

    @AfterAll
    void stopEngines() throws Exception {
        liar.close();
        house.end();
    }

    private CheckpointHouse.Job job() throws Exception {
        CheckpointHouse.Job job = house.a.start(CheckpointHouse.JOB);
        job.requireCountsOn();
        return job;
    }

    private static void assertRefused(int status, ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        EngineRefused.class,
                        e -> assertThat(e.status()).as(e.getMessage()).isEqualTo(status))
                .message()
                .contains(words);
    }

    private static void assertFailed(MigrationDetail end, String... words) {
        assertThat(end.outcome()).as(end.error()).isEqualTo("failed");
        assertThat(end.error()).contains(words);
    }

    /** As if nothing had been. */
    private void assertStayed(CheckpointHouse.Job job, int pid) throws Exception {
        assertThat(job.status()).isEqualTo("running");
        assertThat(job.pid()).isEqualTo(pid);
        job.requireCountsOn();
        assertThat(house.a.home.resolve("root/migrations")).isEmptyDirectory();
        MigrationHouse.requireClean(house.b, job.id);
    }

    /** Begins one, and lets the source halt where the container is marked and runs. */
    private String beginAndHalt(CheckpointHouse.Job job) throws Exception {
        MigrationHouse.haltBefore(house.a, OFFERED);
        String id = house.a
                .client
                .migrations()
                .begin(MigrationHouse.request(job.id, "b"))
                .id();
        CheckpointHouse.await("the source halts", () -> MigrationHouse.isHalted(house.a));
        return id;
    }

    private MigrationDetail end(String migration) throws IOException {
        MigrationDetail[] last = new MigrationDetail[1];
        house.a.client.migrations().follow(migration, detail -> last[0] = detail);
        return last[0];
    }

    private void assertCannotBegin(int status, MigrationRequest request, String... words) {
        assertRefused(status, () -> house.a.client.migrations().begin(request), words);
    }

    @Test
    void unknownPeerContainerAndStateAreNamed() throws Exception {
        CheckpointHouse.Job job = job();
        int pid = job.pid();
        assertCannotBegin(404, MigrationHouse.request(job.id, "nowhere"), "\"nowhere\"", "ferry peer ls");
        assertCannotBegin(400, MigrationHouse.request(job.id, ""), "\"to\"", "ferry peer ls");
        assertCannotBegin(404, MigrationHouse.request("none-such", "b"), "none-such");
        assertStayed(job, pid);
        house.a.client.containers().kill(job.id, "");
        CheckpointHouse.await("the end", () -> job.status().equals("exited"));
        assertCannotBegin(409, MigrationHouse.request(job.id, "b"), "is not running");
    }

    @Test
    void whatStaysBehindIsRefusedBeforeAnythingIsAsked() throws Exception {
        Path shared = Files.createDirectories(home.resolve("shared"));
        CheckpointHouse.Job bound =
                house.a.start(CheckpointHouse.JOB, config -> config, host -> host.binds(List.of(shared + ":/shared")));
        int pid = bound.pid();
        assertCannotBegin(
                409,
                MigrationHouse.request(bound.id, "b"),
                shared.toString(),
                "--volume-present " + shared,
                "is not moved");
        Files.delete(shared);
        MigrationRequest declared = new MigrationRequest(bound.id, "b", false, false, List.of(shared.toString()), 0);
        MigrationDetail end = end(house.a.client.migrations().begin(declared).id());
        assertFailed(end, shared.toString(), "declared present and is not here", "bring the files");
        assertStayed(bound, pid);

        CheckpointHouse.Job joined = job();
        int other = joined.pid();
        house.a
                .client
                .execs()
                .startDetached(house.a
                        .client
                        .execs()
                        .create(
                                joined.id,
                                ExecCreateRequest.builder()
                                        .cmd(List.of("sleep", "1000"))
                                        .build()));
        assertCannotBegin(
                409,
                MigrationHouse.request(joined.id, "b"),
                "would be lost",
                "end the command that was started with exec");
        assertStayed(joined, other);
    }

    @Test
    void nameThatIsTakenThereIsNamed() throws Exception {
        CheckpointHouse.Job job = job();
        int pid = job.pid();
        String name = house.a.client.containers().inspect(job.id).name().substring(1);
        house.b
                .client
                .containers()
                .create(
                        ContainerCreateRequest.builder()
                                .config(ContainerConfig.builder()
                                        .image(CheckpointHouse.IMAGE)
                                        .cmd(new Words(List.of("true")))
                                        .build())
                                .hostConfig(
                                        HostConfig.builder().networkMode("none").build())
                                .build(),
                        name);
        assertFailed(MigrationHouse.move(house.a, "b", job.id), "name \"" + name + "\"", "already in use", "rename");
        assertStayed(job, pid);
    }

    @Test
    void idThatIsTakenThereIsNamed() throws Exception {
        CheckpointHouse.Job job = job();
        MigrationRequest keeping = new MigrationRequest(job.id, "b", false, true, List.of(), 0);
        assertThat(end(house.a.client.migrations().begin(keeping).id()).outcome())
                .isEqualTo("moved");
        CheckpointHouse.Job there = house.b.job(job.id);
        int pid = there.pid();

        MigrationDetail end = MigrationHouse.move(house.b, "a", job.id);

        assertFailed(end, "id \"" + job.id + "\"", "already in use", "remove that container first");
        assertThat(there.pid()).isEqualTo(pid);
        there.requireCountsOn();
        assertThat(house.a.inits()).isEmpty();
        assertRefused(409, () -> house.a.client.containers().start(job.id), "runs at b");
    }

    @Test
    void everythingElseWaitsForTheEndOfAMigration() throws Exception {
        CheckpointHouse.Job job = job();
        int pid = job.pid();
        String migration = beginAndHalt(job);

        String busy = "is being migrated to b";
        assertCannotBegin(409, MigrationHouse.request(job.id, "b"), busy, "cancel");
        assertCannotBegin(409, MigrationHouse.request(job.id, LyingPeer.NAME), busy);
        assertRefused(409, () -> job.checkpoint("one", false), busy);
        assertRefused(409, () -> job.checkpoint("one", true), busy);
        house.a.client.migrations().cancel(migration);
        MigrationHouse.goOn(house.a);

        assertFailed(end(migration), "was cancelled");
        assertStayed(job, pid);
        job.checkpoint("one", false);
        job.requireCountsOn();
        assertRefused(409, () -> house.a.client.migrations().cancel(migration), "is over");
    }

    @Test
    void containerThatEndsInTheMiddleStaysEnded() throws Exception {
        CheckpointHouse.Job job = job();
        String migration = beginAndHalt(job);
        house.a.client.containers().kill(job.id, "");
        CheckpointHouse.await("the end", () -> job.status().equals("exited"));
        MigrationHouse.goOn(house.a);

        assertFailed(end(migration), "is exited by now", "only a running container");
        MigrationHouse.requireClean(house.b, job.id);
        assertThat(house.a.home.resolve("root/migrations")).isEmptyDirectory();
        house.a.client.containers().start(job.id);
        assertThat(job.status()).isEqualTo("running");
    }

    @Test
    void containerThatIsRemovedInTheMiddleIsGone() throws Exception {
        CheckpointHouse.Job job = job();
        String migration = beginAndHalt(job);
        house.a.client.containers().remove(job.id, true, true);
        MigrationHouse.goOn(house.a);

        assertFailed(end(migration), "was removed meanwhile");
        MigrationHouse.requireClean(house.b, job.id);
        MigrationHouse.requireClean(house.a, job.id);
    }

    /** In the middle of everything: the target has taken part of it. */
    @Test
    void bytesThatAreNotThoseThatWereSentAreRefused() throws Exception {
        CheckpointHouse.Job job = job();
        int pid = job.pid();
        for (String stream : List.of("log", "dump/checkpoint/pages-1.img", "dump/config.dump")) {
            liar.ofChunks = chunk -> chunk.stream().equals(stream) && chunk.offset() == 0 ? flipped(chunk) : chunk;
            MigrationDetail end = MigrationHouse.move(house.a, LyingPeer.NAME, job.id);
            assertFailed(end, stream.substring(stream.lastIndexOf('/') + 1));
            assertThat(end.error()).containsAnyOf("came with other bytes", "the log came with");
            assertStayed(job, pid);
        }
    }

    private static Chunk flipped(Chunk chunk) {
        byte[] bytes = new byte[chunk.bytes().remaining()];
        chunk.bytes().duplicate().get(bytes);
        bytes[bytes.length / 2] ^= 1;
        return new Chunk(chunk.migration(), chunk.stream(), chunk.offset(), ByteBuffer.wrap(bytes));
    }

    @Test
    void epochThatWasThereBeforeIsRefused() throws Exception {
        CheckpointHouse.Job job = job();
        thereAndBack(job);
        int pid = job.pid();
        // an old copy of the container, as its engine would have offered it then
        liar.ofRequests = request -> request instanceof Request.Offer offer
                ? offered(offer, 2, offer.record().replace("\"epoch\":2", "\"epoch\":1"))
                : request;
        MigrationDetail end = MigrationHouse.move(house.a, LyingPeer.NAME, job.id);
        assertFailed(end, "is offered under epoch 2, and epoch 2 of it is known here", "old copy");
        assertStayed(job, pid);

        liar.ofRequests =
                request -> request instanceof Request.Offer offer ? offered(offer, 2, offer.record()) : request;
        assertFailed(MigrationHouse.move(house.a, LyingPeer.NAME, job.id), "contradict each other");
        assertStayed(job, pid);
    }

    private void thereAndBack(CheckpointHouse.Job job) throws Exception {
        for (MigrationDetail end :
                List.of(MigrationHouse.move(house.a, "b", job.id), MigrationHouse.move(house.b, "a", job.id))) {
            assertThat(end.outcome()).as(end.error()).isEqualTo("moved");
        }
        job.requireCountsOn();
    }

    private static Request.Offer offered(Request.Offer offer, long epoch, String record) {
        return new Request.Offer(
                offer.migration(),
                offer.dryRun(),
                offer.container(),
                offer.name(),
                epoch,
                offer.host(),
                record,
                offer.image(),
                offer.imageNames(),
                offer.needs(),
                offer.volumes());
    }

    @Test
    void answersThatMakeNoSenseEndIt() throws Exception {
        CheckpointHouse.Job job = job();
        int pid = job.pid();
        for (Class<? extends Reply> place : List.of(Reply.Reserved.class, Reply.Prepared.class, Reply.Ready.class)) {
            liar.ofReplies = reply -> place.isInstance(reply) ? new Reply.Running(7) : reply;
            assertFailed(MigrationHouse.move(house.a, LyingPeer.NAME, job.id), "the target answered", "Running");
            assertStayed(job, pid);
        }
    }

    /** Where a journal was lost, or an old copy put in its place, nobody can tell who owns what has moved before. */
    @Test
    void containerIsNotOfferedByAnOldJournal() throws Exception {
        Path journal = house.a.home.resolve("root/journal");
        CheckpointHouse.Job job = job();
        thereAndBack(job);
        int pid = job.pid();
        house.a.killApart();
        Files.move(journal, home.resolve("newest"));
        house.a.startApart();

        assertCannotBegin(
                409, MigrationHouse.request(job.id, "b"), "is at epoch 2", "old copy", "bring back the newest copy");
        assertStayed(job, pid);
    }

    /** One that has no CRIU at first, then one whose disk fills while the container comes. */
    @Test
    void targetThatCannotTakeItIsLeftAsItWas() throws Exception {
        Path place = Files.createDirectories(home.resolve("c"));
        Path disk = Files.createDirectories(place.resolve("root"));
        Mounts.mount("tmpfs", disk, "tmpfs", 0, "size=200m");
        CheckpointHouse small = new CheckpointHouse(place);
        int port = MigrationHouse.freePort();
        try (LinkProxy link = LinkProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            Path command = Files.createDirectories(place.resolve("tools/criu")).resolve("command");
            Files.writeString(command, place.resolve("no-criu") + "\n");
            small.startApart(
                    "--peer-name",
                    "small",
                    "--peer-listen",
                    "127.0.0.1:" + port,
                    "--peer-address",
                    link.text(),
                    "--journal",
                    "plain",
                    "--tools",
                    place.resolve("tools").toString());
            house.a.client.peers().join(small.client.peers().invite().token(), "");
            CheckpointHouse.Job job = job();
            int pid = job.pid();

            assertFailed(
                    MigrationHouse.move(house.a, "small", job.id), "peer \"small\"", "criu/command", "ferry provision");
            MigrationHouse.requireClean(small, job.id);
            assertStayed(job, pid);

            Files.copy(
                    Path.of("/var/lib/ferry/tools/criu/command"),
                    command,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            link.throttle(200_000);
            long before = link.passed();
            String migration = house.a
                    .client
                    .migrations()
                    .begin(MigrationHouse.request(job.id, "small"))
                    .id();
            CheckpointHouse.await("part of the image is there", () -> link.passed() > before + 100_000);
            Path filler = disk.resolve("filler");
            fill(filler, disk);
            link.throttle(0);

            assertFailed(end(migration), "peer \"small\"", "No space left on device", "make room there");
            Files.delete(filler);
            MigrationHouse.requireClean(small, job.id);
            assertStayed(job, pid);
            MigrationDetail end = MigrationHouse.move(house.a, "small", job.id);
            assertThat(end.outcome()).as(end.error()).isEqualTo("moved");
            small.job(job.id).requireCountsOn();
        } finally {
            small.end();
            house.a.client.peers().remove("small");
            Mounts.unmount(disk, 0);
        }
    }

    private static void fill(Path filler, Path disk) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
            byte[] piece = new byte[1 << 16];
            while (Files.getFileStore(disk).getUsableSpace() >= piece.length) {
                file.write(piece);
            }
            file.write(piece, 0, (int) Files.getFileStore(disk).getUsableSpace());
        }
    }
}
