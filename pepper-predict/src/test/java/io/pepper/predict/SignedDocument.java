package io.pepper.predict;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The file of a predictor, as someone writes it who wants to be believed: with the right sum. */
final class SignedDocument {
    private SignedDocument() {}

    static void write(Path file, String document) throws IOException {
        write(file, document.getBytes(StandardCharsets.UTF_8));
    }

    static void write(Path file, byte[] document) throws IOException {
        byte[] first = ("PEPPER-PREDICTOR 1 " + sum(document) + "\n").getBytes(StandardCharsets.US_ASCII);
        try (var out = Files.newOutputStream(file)) {
            out.write(first);
            out.write(document);
        }
    }

    private static String sum(byte[] document) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(document));
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }
}
