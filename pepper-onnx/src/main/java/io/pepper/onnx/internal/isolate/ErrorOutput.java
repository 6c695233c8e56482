package io.pepper.onnx.internal.isolate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The last output of a child on its error stream. A separate thread reads the stream, so that the child never blocks.
 * Thread-safe.
 */
final class ErrorOutput {
    private static final int KEPT_BYTES = 1 << 13;
    private static final int MAX_LINES = 6;
    private static final int MAX_CHARACTERS = 1_000;
    private static final long PATIENCE_MILLIS = 2_000;

    private final byte[] ring = new byte[KEPT_BYTES];
    private final Thread reader;
    private long written;

    ErrorOutput(InputStream errors) {
        reader = new Thread(() -> read(errors), "pepper-isolated-errors");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InputStream errors) {
        byte[] buffer = new byte[1 << 10];
        try (errors) {
            for (int count = errors.read(buffer); count >= 0; count = errors.read(buffer)) {
                keep(buffer, count);
            }
        } catch (IOException ended) {
            // The output up to here is kept.
        }
    }

    private synchronized void keep(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            ring[(int) (written++ % KEPT_BYTES)] = bytes[i];
        }
    }

    /** Returns the kept output of an ended child, once all of it has arrived. */
    String all() {
        boolean interrupted = false;
        try {
            reader.join(PATIENCE_MILLIS);
        } catch (InterruptedException stop) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            int kept = (int) Math.min(written, KEPT_BYTES);
            byte[] bytes = new byte[kept];
            for (int i = 0; i < kept; i++) {
                bytes[i] = ring[(int) ((written - kept + i) % KEPT_BYTES)];
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Returns the last meaningful lines of a text, joined into one. */
    static String inShort(String all) {
        List<String> lines = Arrays.stream(all.split("\\R"))
                .map(line -> line.startsWith("#") ? line.substring(1).strip() : line.strip())
                .filter(line -> !line.isEmpty())
                .toList();
        String words =
                lines.stream().skip(Math.max(0, lines.size() - MAX_LINES)).collect(Collectors.joining(" | "));
        return words.length() <= MAX_CHARACTERS ? words : "…" + words.substring(words.length() - MAX_CHARACTERS);
    }
}
