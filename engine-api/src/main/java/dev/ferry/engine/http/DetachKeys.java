package dev.ferry.engine.http;

import dev.ferry.engine.error.InvalidRequest;
import java.util.Arrays;

/**
 * The keys that leave a terminal without ending what runs in it. Fed with what the user types, it gives back what is to be passed
 * on, holding back a beginning of the sequence until it is clear that it is none.
 */
final class DetachKeys {

    /** ctrl-p, ctrl-q */
    private static final byte[] DEFAULT = {16, 17};

    private final byte[] sequence;
    private int matched;

    private DetachKeys(byte[] sequence) {
        this.sequence = sequence;
    }

    /** Reads {@code ctrl-p,ctrl-q} or {@code a,b}; empty for docker's default. */
    static DetachKeys parse(String text) {
        if (text.isEmpty()) {
            return new DetachKeys(DEFAULT);
        }
        String[] keys = text.split(",", -1);
        byte[] bytes = new byte[keys.length];
        for (int i = 0; i < keys.length; i++) {
            bytes[i] = key(keys[i], text);
        }
        return new DetachKeys(bytes);
    }

    private static byte key(String key, String all) {
        if (key.length() == 1) {
            return (byte) key.charAt(0);
        }
        if (key.startsWith("ctrl-") && key.length() == "ctrl-".length() + 1) {
            char c = key.charAt("ctrl-".length());
            if (c >= 'a' && c <= 'z') {
                return (byte) (c - 'a' + 1);
            }
            int special = "@[\\]^_".indexOf(c);
            if (special >= 0) {
                return (byte) (special == 0 ? 0 : 26 + special);
            }
        }
        throw new InvalidRequest(
                "attach.detach-keys", "Invalid detach keys (" + all + ") provided: unknown key \"" + key + "\"");
    }

    /** Whether the sequence is complete. */
    boolean isDetached() {
        return matched == sequence.length;
    }

    /** What is to be passed on. Nothing more is to be fed once it is detached. */
    byte[] feed(byte[] typed, int length) {
        byte[] out = new byte[length + matched];
        int at = 0;
        for (int i = 0; i < length; i++) {
            if (typed[i] == sequence[matched]) {
                matched++;
                if (isDetached()) {
                    break;
                }
                continue;
            }
            System.arraycopy(sequence, 0, out, at, matched);
            at += matched;
            matched = 0;
            if (typed[i] == sequence[0]) {
                matched = 1;
            } else {
                out[at++] = typed[i];
            }
        }
        return Arrays.copyOf(out, at);
    }
}
