package dev.ferry.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000;
    private static final long RATE = 1_000_000;

    private final TokenBucket bucket = new TokenBucket(RATE, 0);

    @Test
    void oneSecondsBytesTakeASecondWhateverTheyComeIn() {
        long due = 0;
        for (int i = 0; i < 1000; i++) {
            due = bucket.due(RATE / 1000, due);
        }
        assertThat(due).isEqualTo(SECOND);
    }

    @Test
    void whatWasNotUsedIsLostButForAShortBurst() {
        long late = 60 * SECOND;
        assertThat(bucket.due(RATE / 20, late)).isEqualTo(late);
        assertThat(bucket.due(RATE / 20, late)).isEqualTo(late + SECOND / 20);
    }

    @Test
    void clockThatPassesItsEndMakesNobodyWaitForEver() {
        TokenBucket old = new TokenBucket(RATE, Long.MAX_VALUE - 1);
        long now = Long.MIN_VALUE + 1;
        assertThat(old.due(RATE, now) - now).isBetween(0L, SECOND);
    }
}
