package io.pepper.distributed.internal.control;

import io.pepper.internal.text.FileErrors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Certificates and keys as PEM. Stateless and therefore thread-safe. */
final class PemFiles {
    private static final int MAX_BYTES = 1 << 20;
    private static final String KEY_START = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";

    private PemFiles() {}

    static X509Certificate certificate(Path file) throws IOException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(text(file).getBytes(StandardCharsets.US_ASCII)));
        } catch (CertificateException malformed) {
            throw new IOException(
                    file + ": is no certificate as PEM ('-----BEGIN CERTIFICATE-----'): " + malformed.getMessage(),
                    malformed);
        }
    }

    static PrivateKey key(Path file, String algorithm) throws IOException {
        String text = text(file);
        int start = text.indexOf(KEY_START);
        int end = text.indexOf(KEY_END);
        if (start < 0 || end < start) {
            throw new IOException(
                    file + ": has no '" + KEY_START + "': only keys as PKCS #8 without a password are read");
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(text.substring(start + KEY_START.length(), end));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            throw new IOException(file + ": is no key of type " + algorithm + ": " + malformed.getMessage(), malformed);
        }
    }

    private static String text(Path file) throws IOException {
        long bytes = FileErrors.naming(file, () -> Files.size(file));
        if (bytes > MAX_BYTES) {
            throw new IOException(file + ": has " + bytes + " bytes, which is too much for a certificate or a key");
        }
        return FileErrors.naming(file, () -> Files.readString(file, StandardCharsets.ISO_8859_1));
    }

    /** Returns bytes as PEM. */
    static String encode(String type, byte[] bytes) {
        String content = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + type + "-----\n" + content + "\n-----END " + type + "-----\n";
    }
}
