package io.pepper.examples.cli;

import io.pepper.internal.text.FileErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file with a token, which is no argument of a command since all users of a machine see these. */
final class TokenFile {
    private static final int MAX_BYTES = 4096;

    private TokenFile() {}

    /** Returns the token in a file, without spaces around it. */
    static String read(Path file) throws IOException {
        return FileErrors.naming(file, () -> {
            try (InputStream in = Files.newInputStream(file)) {
                String token = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).strip();
                if (!token.matches("[!-~]+")) {
                    throw new IOException(file + ": has no token, which has printable characters of ASCII");
                }
                return token;
            }
        });
    }
}
