package io.pepper.predict;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines that a process wrote to standard error. Thread-safe. */
final class ErrorLines {
    private static final int MAX_LINES = 5;
    private static final int LONGEST = 300;
    private static final int WAIT_MILLIS = 1_000;

    private final Deque<String> lines = new ArrayDeque<>();
    private final Thread reader;

    private ErrorLines(InputStream in) {
        this.reader = new Thread(() -> read(in), "pepper-load-errors");
        reader.setDaemon(true);
    }

    static ErrorLines of(InputStream in) {
        ErrorLines words = new ErrorLines(in);
        words.reader.start();
        return words;
    }

    private void read(InputStream in) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                keep(line.strip());
            }
        } catch (IOException closed) {
            keep("its standard error cannot be read: " + closed.getMessage());
        }
    }

    private void keep(String line) {
        synchronized (lines) {
            if (!line.isEmpty()) {
                lines.add(line.length() > LONGEST ? line.substring(0, LONGEST) : line);
            }
            if (lines.size() > MAX_LINES) {
                lines.remove();
            }
        }
    }

    /** Returns the lines of a process that has ended, joined into one. */
    String text() {
        try {
            reader.join(WAIT_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (lines) {
            return String.join(" | ", lines);
        }
    }
}
