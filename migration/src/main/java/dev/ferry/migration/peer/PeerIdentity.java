package dev.ferry.migration.peer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * An engine's own key and certificate. Both are made once, by the keytool of the running Java: nothing public in the platform's library
 * signs certificates, and a library for one certificate would be larger than this engine.
 */
public final class PeerIdentity {
    private static final String STORE = "identity.p12";
    private static final String PASSWORD = "identity.password";
    private static final String ALIAS = "engine";
    private static final long KEYTOOL_SECONDS = 60;

    private final KeyManager[] keys;
    private final String fingerprint;

    private PeerIdentity(KeyManager[] keys, String fingerprint) {
        this.keys = keys;
        this.fingerprint = fingerprint;
    }

    /**
     * Reads the identity in a directory, which is made with it at first.
     *
     * @throws IOException when it is damaged; peers know this engine by it, so another one is not made by itself
     */
    public static PeerIdentity open(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path store = directory.resolve(STORE);
        if (!Files.exists(store)) {
            make(directory, store);
        }
        char[] password = Files.readString(directory.resolve(PASSWORD)).strip().toCharArray();
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore loaded = KeyStore.getInstance("PKCS12");
            loaded.load(in, password);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(loaded, password);
            return new PeerIdentity(
                    factory.getKeyManagers(), fingerprint((X509Certificate) loaded.getCertificate(ALIAS)));
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the engine's key in \"" + store + "\" cannot be read: " + e.getMessage()
                            + "; bring it back from a backup, or delete it and join all peers again",
                    e);
        }
    }

    private static void make(Path directory, Path store) throws IOException {
        Path password = directory.resolve(PASSWORD);
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        Files.deleteIfExists(password);
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, HexFormat.of().formatHex(random));
        Path unfinished = directory.resolve(STORE + ".new");
        Files.deleteIfExists(unfinished);
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-sigalg",
                        "SHA256withECDSA",
                        "-dname",
                        "CN=ferry engine",
                        "-validity",
                        "3650",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        unfinished.toString(),
                        "-storepass:file",
                        password.toString()))
                .redirectErrorStream(true)
                .start();
        keytool.getOutputStream().close();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                keytool.destroyForcibly();
                throw new IOException("keytool could not make the engine's key: " + said.strip());
            }
        } catch (InterruptedException e) {
            keytool.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool made the engine's key", e);
        }
        Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
        Files.move(unfinished, store, StandardCopyOption.ATOMIC_MOVE);
    }

    /** SHA-256 of the certificate, 64 hexadecimal digits. */
    public String fingerprint() {
        return fingerprint;
    }

    KeyManager[] keys() {
        return keys.clone();
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate without an encoding", e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
