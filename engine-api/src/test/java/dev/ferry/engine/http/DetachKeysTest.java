package dev.ferry.engine.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.engine.error.InvalidRequest;
import org.junit.jupiter.api.Test;

class DetachKeysTest {

    private static String feed(DetachKeys keys, String typed) {
        return new String(keys.feed(typed.getBytes(US_ASCII), typed.length()), US_ASCII);
    }

    @Test
    void sequenceIsHeldBackUntilItIsComplete() {
        DetachKeys keys = DetachKeys.parse("");
        assertThat(feed(keys, "ls\u0010")).isEqualTo("ls");
        assertThat(keys.isDetached()).isFalse();
        assertThat(feed(keys, "\u0011")).isEmpty();
        assertThat(keys.isDetached()).isTrue();
    }

    @Test
    void beginningThatIsNoneGoesThrough() {
        DetachKeys keys = DetachKeys.parse("");
        assertThat(feed(keys, "\u0010")).isEmpty();
        assertThat(feed(keys, "x")).isEqualTo("\u0010x");
        assertThat(feed(keys, "\u0010\u0010")).isEqualTo("\u0010");
        assertThat(keys.isDetached()).isFalse();
    }

    @Test
    void ownSequence() {
        DetachKeys keys = DetachKeys.parse("ctrl-a,d");
        assertThat(feed(keys, "x\u0001d")).isEqualTo("x");
        assertThat(keys.isDetached()).isTrue();
        assertThatThrownBy(() -> DetachKeys.parse("ctrl-a,shift-d")).isInstanceOf(InvalidRequest.class);
    }
}
