package io.pepper.examples.cli;

import io.pepper.examples.text.TextStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;

/** The text of a sequence, which is printed as it comes. Not thread-safe. */
final class StreamedText {
    private final TextStream text;
    private final PrintWriter out;

    StreamedText(TextStream text, PrintWriter out) {
        this.text = text;
        this.out = out;
    }

    /**
     * Prints what a token completes.
     *
     * @return true, so that generation continues
     */
    boolean add(long token) {
        try {
            print(text.add(token));
            return true;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Prints the rest. */
    void end() throws IOException {
        print(text.end());
        out.println();
    }

    private void print(String added) {
        if (!added.isEmpty()) {
            out.print(added);
            out.flush();
        }
    }
}
