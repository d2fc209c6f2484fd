package dev.ferry.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class JobTraceTest {
    private static final int BLOCKS = 3;

    @Test
    void whatTheJobComputesIsRight() {
        JobTrace trace = JobTrace.ofFile(file(1, 9));
        assertThat(trace.gap(1)).isEmpty();
        assertThat(trace.wrongMemory(BLOCKS)).isEmpty();
        assertThat(trace.last()).isEqualTo(9);
    }

    @Test
    void stepsMadeTwiceAfterARestoreAreJudgedFromTheSeam() {
        JobTrace trace = JobTrace.ofFile(file(1, 9) + file(7, 12));
        assertThat(trace.gap(1)).contains("step 7 where 10 was due");
        assertThat(trace.from(9).gap(7)).isEmpty();
        assertThat(trace.wrongMemory(BLOCKS)).isEmpty();
    }

    @Test
    void gapRepeatAndWrongChecksumAreFound() {
        assertThat(JobTrace.ofFile(file(1, 3) + file(5, 6)).gap(1)).contains("step 5 where 4 was due");
        assertThat(JobTrace.ofFile(file(1, 3) + file(3, 6)).gap(1)).contains("step 3 where 4 was due");
        assertThat(JobTrace.ofFile("").gap(1)).contains("no step at all");
        assertThat(JobTrace.ofFile(file(1, 3).replaceFirst("2 .", "2 0")).wrongMemory(BLOCKS))
                .isPresent();
    }

    @Test
    void lineThatIsNoStepIsAFault() {
        JobTrace trace = JobTrace.ofOutput("step 1 memory ab file 5 ticks 0\nfault step 2: memory changed\n");
        assertThat(trace.gap(1)).contains("line 'fault step 2: memory changed' is no step");
    }

    @Test
    void stepStillBeingWrittenIsNotCounted() {
        JobTrace trace = JobTrace.ofOutput("step 1 memory ab file 5 ticks 0\nstep 2 mem");
        assertThat(trace.last()).isEqualTo(1);
        assertThat(trace.gap(1)).isEmpty();
    }

    private static String file(long from, long to) {
        JobPlan plan = new JobPlan(BLOCKS);
        while (plan.step() < from - 1) {
            plan.advance();
        }
        return LongStream.rangeClosed(from, to)
                .mapToObj(step -> {
                    plan.advance();
                    return step + " " + Long.toHexString(plan.total()) + "\n";
                })
                .collect(Collectors.joining());
    }
}
