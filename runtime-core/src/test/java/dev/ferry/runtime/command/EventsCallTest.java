package dev.ferry.runtime.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.cgroup.CgroupStatistics;
import dev.ferry.runtime.command.Arguments.Usage;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventsCallTest {
    @Test
    void intervalsAreReadAsGoReadsThem() throws Usage {
        assertThat(EventsCall.duration("5s")).isEqualTo(Duration.ofSeconds(5));
        assertThat(EventsCall.duration("1m30s")).isEqualTo(Duration.ofSeconds(90));
        assertThat(EventsCall.duration("1.5s")).isEqualTo(Duration.ofMillis(1500));
        assertThat(EventsCall.duration("20ms")).isEqualTo(Duration.ofMillis(20));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "0s", "-1s", "5x", "s", "5s!", "1s 2s"})
    void otherIntervalsAreRefused(String text) {
        assertThatThrownBy(() -> EventsCall.duration(text)).isInstanceOf(Usage.class);
    }

    @Test
    void statisticsHaveTheNamesOfRunc() {
        var used = new CgroupStatistics(
                new CgroupStatistics.Memory(
                        7,
                        OptionalLong.empty(),
                        OptionalLong.of(9),
                        OptionalLong.of(1),
                        2,
                        0,
                        Map.of("cache", 3L, "rss", 4L)),
                new CgroupStatistics.Cpu(10, 4, 6, 1, 2, 3),
                new CgroupStatistics.Pids(5, OptionalLong.of(8)),
                Map.of("8:0", new CgroupStatistics.BlockDevice(11, 12, 13, 14)));
        assertThat(EventsCall.statistics("c", used))
                .isEqualTo("{\"type\":\"stats\",\"id\":\"c\",\"data\":{"
                        + "\"cpu\":{\"usage\":{\"total\":10,\"kernel\":6,\"user\":4},"
                        + "\"throttling\":{\"periods\":1,\"throttledPeriods\":2,\"throttledTime\":3}},"
                        + "\"memory\":{\"cache\":3,\"usage\":{\"limit\":18446744073709551615,\"usage\":7,\"max\":9,\"failcnt\":2},"
                        + "\"swap\":{\"usage\":1},\"raw\":{\"cache\":3,\"rss\":4}},"
                        + "\"pids\":{\"current\":5,\"limit\":8},"
                        + "\"blkio\":{\"ioServiceBytesRecursive\":[{\"major\":8,\"minor\":0,\"op\":\"Read\",\"value\":11},"
                        + "{\"major\":8,\"minor\":0,\"op\":\"Write\",\"value\":12}],"
                        + "\"ioServicedRecursive\":[{\"major\":8,\"minor\":0,\"op\":\"Read\",\"value\":13},"
                        + "{\"major\":8,\"minor\":0,\"op\":\"Write\",\"value\":14}]},"
                        + "\"hugetlb\":{},\"intel_rdt\":{},\"network_interfaces\":null}}");
    }
}
