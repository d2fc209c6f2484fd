package dev.ferry.store.content;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * The name of some bytes: an algorithm and the hash of the bytes in lower-case hexadecimal, written {@code sha256:9f86…}
 * (OCI image specification, descriptor.md, "Digests").
 */
public record Digest(Algorithm algorithm, String hex) implements Comparable<Digest> {

    /** The registered algorithms. */
    public enum Algorithm {
        SHA256("sha256", "SHA-256", 64),
        SHA512("sha512", "SHA-512", 128);

        private final String word;
        private final String javaName;
        private final int length;

        Algorithm(String word, String javaName, int length) {
            this.word = word;
            this.javaName = javaName;
            this.length = length;
        }

        /** The word before the colon. */
        public String word() {
            return word;
        }

        /** A fresh computation of this algorithm. */
        public MessageDigest computation() {
            try {
                return MessageDigest.getInstance(javaName);
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java has " + javaName, e);
            }
        }
    }

    public Digest {
        Objects.requireNonNull(algorithm, "algorithm");
        if (hex.length() != algorithm.length || !hex.chars().allMatch(Digest::isLowerHex)) {
            throw new IllegalArgumentException("invalid digest \"" + algorithm.word + ":" + hex + "\": expected "
                    + algorithm.length + " lower-case hexadecimal digits");
        }
    }

    /**
     * Reads {@code algorithm:hex}.
     *
     * @throws IllegalArgumentException when the text is not a digest of a known algorithm
     */
    @JsonCreator
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        for (Algorithm algorithm : Algorithm.values()) {
            if (colon >= 0 && text.substring(0, colon).equals(algorithm.word)) {
                return new Digest(algorithm, text.substring(colon + 1));
            }
        }
        throw new IllegalArgumentException("invalid digest \"" + text + "\": expected sha256:… or sha512:…");
    }

    /** The sha256 digest of some bytes in memory. */
    public static Digest sha256(byte[] bytes) {
        return of(Algorithm.SHA256, Algorithm.SHA256.computation().digest(bytes));
    }

    /** The digest whose hash a finished computation has returned. */
    public static Digest of(Algorithm algorithm, byte[] hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash));
    }

    /** The first twelve digits, as people see them in tables. */
    public String abbreviated() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return toString().compareTo(other.toString());
    }

    @JsonValue
    @Override
    public String toString() {
        return algorithm.word + ":" + hex;
    }

    private static boolean isLowerHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
}
