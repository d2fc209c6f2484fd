package dev.ferry.migration.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a token says: where to join whom, and the secret that lets in.
 *
 * @param address of the engine that invites
 * @param fingerprint of its certificate
 * @param secret 64 hexadecimal digits; the engine that invites keeps only what is made of it by {@link #key}
 * @param expires seconds since 1970
 */
record Invitation(String address, String fingerprint, String secret, long expires) {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    String token() {
        try {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(JSON.writeValueAsBytes(this));
        } catch (JsonProcessingException e) {
            throw new AssertionError("a record of plain values cannot fail to become JSON", e);
        }
    }

    static Invitation parse(String token) throws PeerRefused {
        try {
            return JSON.readValue(Base64.getUrlDecoder().decode(token.strip()), Invitation.class);
        } catch (IOException | IllegalArgumentException e) {
            throw new PeerRefused(
                    "peer.token",
                    "the token cannot be read: take all of what \"ferry peer invite\" printed, without line breaks");
        }
    }

    /** What the engine that invites recognizes the secret by; the secret cannot be made of it. */
    static String key(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Shows the knowledge of a secret to one engine for one engine: it is worth nothing between two others. */
    static String proof(String key, String joins, String invites) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(HexFormat.of().parseHex(key), "HmacSHA256"));
            return HexFormat.of()
                    .formatHex(mac.doFinal(("ferry join " + joins + " " + invites).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HmacSHA256", e);
        }
    }
}
