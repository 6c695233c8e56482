package io.pepper.internal.net;

import io.pepper.internal.text.FileErrors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Certificates and keys as PEM. Stateless and therefore thread-safe. */
public final class PemFiles {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final int MAX_BYTES = 1 << 20;

    private PemFiles() {}

    /**
     * Reads the certificates of a file.
     *
     * @param file the file, at most 1 MiB
     * @return the certificates in their order, at least one
     * @throws IOException if the file cannot be read, is too large, or has no certificate
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            for (Certificate certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes(file)))) {
                found.add((X509Certificate) certificate);
            }
        } catch (CertificateException broken) {
            throw new IOException(file + ": has no certificate in PEM form: " + broken.getMessage(), broken);
        }
        if (found.isEmpty()) {
            throw new IOException(file + ": has no certificate in PEM form (BEGIN CERTIFICATE)");
        }
        return List.copyOf(found);
    }

    /**
     * Reads a private key.
     *
     * @param file the file, at most 1 MiB, with a key in the form PKCS #8 without a password
     * @return the key, of RSA or of an elliptic curve
     * @throws IOException if the file cannot be read, is too large, or has no such key
     */
    public static PrivateKey key(Path file) throws IOException {
        Matcher found = KEY.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
        if (!found.find()) {
            throw new IOException(file + ": has no unencrypted private key in the form PKCS #8 (BEGIN PRIVATE KEY)"
                    + ": convert it by openssl pkcs8 -topk8 -nodes");
        }
        PKCS8EncodedKeySpec encoded =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1)));
        return Stream.of("RSA", "EC", "Ed25519")
                .flatMap(algorithm -> key(algorithm, encoded).stream())
                .findFirst()
                .orElseThrow(() -> new IOException(
                        file + ": the private key is neither of RSA nor of elliptic curves, or is damaged"));
    }

    private static Optional<PrivateKey> key(String algorithm, PKCS8EncodedKeySpec encoded) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(encoded));
        } catch (GeneralSecurityException another) {
            return Optional.empty();
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        byte[] bytes = FileErrors.naming(file, () -> {
            try (InputStream in = Files.newInputStream(file)) {
                return in.readNBytes(MAX_BYTES + 1);
            }
        });
        if (bytes.length > MAX_BYTES) {
            throw new IOException(
                    file + ": has more than " + MAX_BYTES + " bytes, too many for a certificate or a key");
        }
        return bytes;
    }

    /**
     * Returns bytes as PEM.
     *
     * @param type the type, for instance {@code CERTIFICATE}
     * @param bytes the content
     * @return lines, each with its end
     */
    public static String encode(String type, byte[] bytes) {
        String content = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + type + "-----\n" + content + "\n-----END " + type + "-----\n";
    }

    /**
     * Returns the name of the algorithm by which a key signs, or checks signatures.
     *
     * @param key a private or a public key
     * @return the name, as {@link java.security.Signature#getInstance(String)} takes it
     */
    public static String signatureAlgorithm(Key key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "Ed25519";
        };
    }
}
