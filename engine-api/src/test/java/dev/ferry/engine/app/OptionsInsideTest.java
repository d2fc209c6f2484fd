package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was asked for on the command line, as the container sees it. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class OptionsInsideTest {

    @TempDir
    Path home;

    private EngineHouse house;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        house = new EngineHouse(home);
        house.start();
        house.importBusybox();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        house.end();
    }

    @Test
    void mountsDevicesSettingsAndLimits() throws IOException, InterruptedException {
        String program = String.join(
                "; ",
                "grep ' /data ' /proc/mounts",
                "grep ' /dev/shm ' /proc/mounts",
                "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax",
                "ulimit -n",
                "ulimit -Hn",
                "busybox head -c 3 /dev/nought | busybox od -An -tx1",
                "busybox stat -c '%F %t,%T' /dev/nought /dev/messages",
                "(echo x > /dev/messages) 2>/dev/null || echo refused");
        EngineHouse.Outcome outcome = house.docker(
                "run",
                "--rm",
                "--network",
                "none",
                "--tmpfs",
                "/data:size=1m,mode=700",
                "--shm-size",
                "2m",
                "--sysctl",
                "net.ipv4.ip_forward=1",
                "--sysctl",
                "kernel.msgmax=9000",
                "--ulimit",
                "nofile=123:456",
                "--device",
                "/dev/zero:/dev/nought",
                "--device",
                "/dev/kmsg:/dev/messages:r",
                "busybox",
                "sh",
                "-c",
                program);
        assertThat(outcome.text().lines())
                .satisfiesExactly(
                        data -> assertThat(data)
                                .startsWith("tmpfs /data tmpfs ")
                                .contains("nosuid", "nodev", "noexec", "size=1024k", "mode=700"),
                        shm -> assertThat(shm).contains("size=2048k"),
                        forward -> assertThat(forward).isEqualTo("1"),
                        msgmax -> assertThat(msgmax).isEqualTo("9000"),
                        soft -> assertThat(soft).isEqualTo("123"),
                        hard -> assertThat(hard).isEqualTo("456"),
                        zeros -> assertThat(zeros.strip()).isEqualTo("00 00 00"),
                        nought -> assertThat(nought).isEqualTo("character special file 1,5"),
                        messages -> assertThat(messages).isEqualTo("character special file 1,b"),
                        written -> assertThat(written).isEqualTo("refused"));
        assertThat(outcome.code()).isZero();
    }
}
