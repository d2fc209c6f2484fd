package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.model.container.ContainerSummary;
import dev.ferry.api.model.ferry.ContainerWay;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LinkProxy;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both engines die once a container is handed over, and cannot reach each other afterwards: each says so wherever the container is looked at, with
 * the command that settles it, and obeys. When they can speak again, the other one follows.
 */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
final class MigrationDoubtTest {
    private static final String HANDED_OVER = "after source HANDED_OVER";

    private MigrationHouse house;
    private CheckpointHouse.Job job;
    private String migration = "";

    @BeforeEach
    void handOverAndDie(@TempDir Path home) throws Exception {
        house = new MigrationHouse(home, "--journal", "plain").withBusybox();
        job = house.a.start(CheckpointHouse.JOB);
        job.requireCountsOn();
        MigrationHouse.haltBefore(house.a, HANDED_OVER);
        migration = house.a
                .client
                .migrations()
                .begin(MigrationHouse.request(job.id, "b"))
                .id();
        CheckpointHouse.await("the source halts", () -> MigrationHouse.isHalted(house.a));
        assertThat(summary(house.a).status()).startsWith("Up ").endsWith(", being handed over to b");
        assertThat(summary(house.b).status()).isEqualTo("Arriving from a");
        house.a.killApart();
        house.b.killApart();
        MigrationHouse.goOn(house.a);
        house.toA.strike(LinkProxy.Trouble.REFUSE);
        house.toB.strike(LinkProxy.Trouble.REFUSE);
        house.a.startApart();
        house.b.startApart();
        for (CheckpointHouse each : List.of(house.a, house.b)) {
            CheckpointHouse.await(
                    "doubt", () -> each.client.migrations().inspect(migration).inDoubt());
        }
    }

    @AfterEach
    void end() throws Exception {
        house.end();
    }

    private ContainerSummary summary(CheckpointHouse at) throws IOException {
        return at.client.containers().list(true, Map.of()).stream()
                .filter(container -> container.id().equals(job.id))
                .findFirst()
                .orElseThrow();
    }

    private void heal() {
        house.toA.heal();
        house.toB.heal();
    }

    /** It runs there and counts on, and the other side has nothing of it. */
    private void assertRunsOnlyAt(CheckpointHouse here, CheckpointHouse other) throws Exception {
        CheckpointHouse.await(
                "the other side follows",
                () -> isGone(other) && way(here).migration().isEmpty());
        here.job(job.id).requireCountsOn();
        MigrationHouse.requireClean(other, job.id);
        assertThat(house.runningAt(job.id)).containsExactly(here);
        assertThat(here.home.resolve("root/migrations")).isEmptyDirectory();
    }

    private boolean isGone(CheckpointHouse at) throws IOException {
        return at.client.containers().list(true, Map.of()).isEmpty()
                && at.client.migrations().inspect(migration).outcome().matches("moved|failed|reclaimed");
    }

    private ContainerWay way(CheckpointHouse at) throws IOException {
        return at.client.ferry().container(job.id).way();
    }

    @Test
    void isShownOnBothSidesWithTheCommandThatSettlesIt() throws Exception {
        String command = "ferry migration resolve " + migration.substring(0, 12);
        assertThat(summary(house.a).status()).isEqualTo("In doubt: handed over to b (" + command + ")");
        assertThat(summary(house.b).status()).isEqualTo("In doubt: comes from a (" + command + ")");
        for (CheckpointHouse each : List.of(house.a, house.b)) {
            assertThat(each.client.containers().inspect(job.id).state().error()).contains(command);
            assertThat(each.client.containers().inspect(job.id).state().running())
                    .isFalse();
            assertThat(each.client.migrations().inspect(migration).remedy()).startsWith(command);
            assertThat(way(each).remedy()).isEqualTo(command);
            assertThatThrownBy(() -> each.client.containers().start(job.id))
                    .isInstanceOfSatisfying(
                            EngineRefused.class, e -> assertThat(e.status()).isEqualTo(409));
            assertThatThrownBy(() -> each.client.migrations().resolve(migration, "somewhere"))
                    .isInstanceOfSatisfying(
                            EngineRefused.class, e -> assertThat(e.status()).isEqualTo(400))
                    .hasMessageContaining("\"here\" or \"there\"");
        }
        assertThat(way(house.a).stage()).isEqualTo("gone");
        assertThat(way(house.b).stage()).isEqualTo("arriving");
        // nobody's word is needed when they can speak
        heal();
        assertRunsOnlyAt(house.b, house.a);
        assertThatThrownBy(() -> house.a.client.migrations().resolve(migration, "here"))
                .isInstanceOfSatisfying(
                        EngineRefused.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessageContaining("no doubt");
    }

    @Test
    void sourceIsToldToRunIt() throws Exception {
        MigrationDetail end = house.a.client.migrations().resolve(migration, "here");
        assertThat(end.outcome()).isEqualTo("reclaimed");
        house.a.job(job.id).requireCountsOn();
        heal();
        assertRunsOnlyAt(house.a, house.b);
    }

    @Test
    void sourceIsToldThatItRunsThere() throws Exception {
        assertThat(house.a.client.migrations().resolve(migration, "there").outcome())
                .isEqualTo("moved");
        MigrationHouse.requireClean(house.a, job.id);
        heal();
        assertRunsOnlyAt(house.b, house.a);
    }

    @Test
    void targetIsToldToRunIt() throws Exception {
        assertThat(house.b.client.migrations().resolve(migration, "here").outcome())
                .isEqualTo("moved");
        house.b.job(job.id).requireCountsOn();
        heal();
        assertRunsOnlyAt(house.b, house.a);
    }

    @Test
    void targetIsToldThatItRunsThere() throws Exception {
        assertThat(house.b.client.migrations().resolve(migration, "there").outcome())
                .isEqualTo("failed");
        MigrationHouse.requireClean(house.b, job.id);
        heal();
        assertRunsOnlyAt(house.a, house.b);
    }

    /** Two words that contradict each other make two of it; the older epoch gets nowhere from then on. */
    @Test
    void olderEpochIsRefusedWhenItComesBack() throws Exception {
        house.a.client.migrations().resolve(migration, "here");
        house.b.client.migrations().resolve(migration, "here");
        house.a.job(job.id).requireCountsOn();
        house.b.job(job.id).requireCountsOn();
        heal();
        MigrationDetail refused = MigrationHouse.move(house.b, "a", job.id);
        assertThat(refused.outcome()).isEqualTo("failed");
        assertThat(refused.error()).contains("is offered under epoch").contains("is known here");
        house.a.job(job.id).requireCountsOn();
        house.b.job(job.id).requireCountsOn();
    }
}
