package dev.ferry.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.LinuxResources.DeviceRule;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DeviceProgramTest {
    private static final DeviceRule NOTHING = new DeviceRule(false, "a", null, null, "rwm");
    private static final DeviceRule EVERYTHING = new DeviceRule(true, "a", null, null, "rwm");

    @Test
    void theDefaultRules() {
        byte[] program = DeviceProgram.compile(DefaultSpec.DEVICE_RULES);

        assertThat(allowed(program, 'c', "rw", 1, 3)).isTrue();
        assertThat(allowed(program, 'c', "rw", 136, 7)).isTrue();
        assertThat(allowed(program, 'b', "m", 8, 0)).isTrue();
        assertThat(allowed(program, 'b', "r", 8, 0)).isFalse();
        assertThat(allowed(program, 'c', "rw", 1, 1)).isFalse();
        assertThat(allowed(program, 'c', "rwm", 1, 5)).isTrue();
    }

    @Test
    void twoRulesMayTogetherAllowWhatNeitherDoes() {
        byte[] program = DeviceProgram.compile(
                List.of(NOTHING, new DeviceRule(true, "c", 10L, 1L, "r"), new DeviceRule(true, "c", 10L, 1L, "w")));

        assertThat(allowed(program, 'c', "rw", 10, 1)).isTrue();
        assertThat(allowed(program, 'c', "rwm", 10, 1)).isFalse();
    }

    @Test
    void theLastRuleCounts() {
        byte[] program = DeviceProgram.compile(List.of(EVERYTHING, new DeviceRule(false, "b", 8L, null, "w")));

        assertThat(allowed(program, 'b', "w", 8, 3)).isFalse();
        assertThat(allowed(program, 'b', "rw", 8, 3)).isFalse();
        assertThat(allowed(program, 'b', "r", 8, 3)).isTrue();
        assertThat(allowed(DeviceProgram.compile(List.of(NOTHING, EVERYTHING)), 'b', "rwm", 8, 3))
                .isTrue();
    }

    @Test
    void anyRulesDecideAsTheirMeaningSays() {
        var random = new Random(1);
        for (int trial = 0; trial < 300; trial++) {
            var rules = new ArrayList<DeviceRule>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                rules.add(new DeviceRule(
                        random.nextBoolean(),
                        List.of("a", "b", "c").get(random.nextInt(3)),
                        number(random),
                        number(random),
                        List.of("r", "w", "m", "rw", "rwm", "").get(random.nextInt(6))));
            }
            byte[] program = DeviceProgram.compile(rules);
            for (char type : new char[] {'b', 'c'}) {
                for (String access : List.of("r", "w", "m", "rw", "rm", "rwm")) {
                    for (int major = 0; major < 3; major++) {
                        for (int minor = 0; minor < 3; minor++) {
                            assertThat(allowed(program, type, access, major, minor))
                                    .as("%s: %s %d:%d %s", rules, type, major, minor, access)
                                    .isEqualTo(meant(rules, type, access, major, minor));
                        }
                    }
                }
            }
        }
    }

    private static @Nullable Long number(Random random) {
        int number = random.nextInt(4) - 1;
        return number < 0 ? null : Long.valueOf(number);
    }

    private static boolean meant(List<DeviceRule> rules, char type, String access, long major, long minor) {
        for (int i = 0; i < access.length(); i++) {
            char way = access.charAt(i);
            boolean allowed = true;
            for (DeviceRule rule : rules) {
                String ways = rule.access() == null || rule.access().isEmpty() ? "rwm" : rule.access();
                boolean fits = ways.indexOf(way) >= 0
                        && ("a".equals(rule.type()) || String.valueOf(type).equals(rule.type()))
                        && (rule.major() == null || rule.major() == major)
                        && (rule.minor() == null || rule.minor() == minor);
                if (fits) {
                    allowed = rule.allow();
                }
            }
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    /** Runs the few instructions that the compiler uses. */
    private static boolean allowed(byte[] program, char type, String access, int major, int minor) {
        int ways = (access.contains("m") ? 1 : 0) | (access.contains("r") ? 2 : 0) | (access.contains("w") ? 4 : 0);
        int[] context = {ways << 16 | (type == 'b' ? 1 : 2), major, minor};
        long[] registers = new long[11];
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
        for (int at = 0; ; at++) {
            int target = code.get(at * 8 + 1) & 0xf;
            int source = (code.get(at * 8 + 1) >> 4) & 0xf;
            int offset = code.getShort(at * 8 + 2);
            int value = code.getInt(at * 8 + 4);
            switch (code.get(at * 8) & 0xff) {
                case 0x61 -> registers[target] = Integer.toUnsignedLong(context[offset / 4]);
                case 0xbf -> registers[target] = registers[source];
                case 0xb7 -> registers[target] = value;
                case 0x57 -> registers[target] &= value;
                case 0x77 -> registers[target] >>>= value;
                case 0x05 -> at += offset;
                case 0x45 -> at += (registers[target] & value) != 0 ? offset : 0;
                case 0x55 -> at += registers[target] != value ? offset : 0;
                case 0x95 -> {
                    return registers[0] != 0;
                }
                default -> throw new IllegalStateException("instruction " + at + " is none that the compiler makes");
            }
        }
    }

    @Nested
    @Tag("kernel")
    @LeakChecked
    @Requires({Feature.ROOT, Feature.CGROUPS})
    class InTheKernel {
        @Test
        void decidesForTheProcessesInsideAndCanBeReplaced() throws Exception {
            List<CgroupHierarchy> unified = CgroupHierarchies.ofHost().all().stream()
                    .filter(CgroupHierarchy::isUnified)
                    .toList();
            Assumptions.assumeFalse(unified.isEmpty(), "no unified hierarchy is mounted");
            Path directory = unified.getFirst().directory(new CgroupPath("/" + OwnNames.fresh()));
            Files.createDirectory(directory);
            try {
                assertThat(opened(directory)).isEqualTo("null zero");

                DeviceProgram.apply(directory, List.of(NOTHING, new DeviceRule(true, "c", 1L, 3L, "rw")));
                assertThat(opened(directory)).isEqualTo("null");

                DeviceProgram.apply(directory, List.of(NOTHING, new DeviceRule(true, "c", 1L, 5L, "rw")));
                assertThat(opened(directory)).isEqualTo("zero");

                DeviceProgram.apply(directory, DefaultSpec.DEVICE_RULES);
                assertThat(opened(directory)).isEqualTo("null zero");
            } finally {
                CgroupFiles.remove(
                        directory, System.nanoTime() + Duration.ofSeconds(10).toNanos());
            }
        }

        private String opened(Path directory) throws IOException, InterruptedException {
            String script = "echo 0 > " + directory
                    + "/cgroup.procs; for d in null zero; do if (: < /dev/$d) 2>&-; then echo $d; fi; done";
            java.lang.Process process = new java.lang.ProcessBuilder("/bin/sh", "-c", script).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).isZero();
            return String.join(" ", output.lines().toList());
        }
    }
}
