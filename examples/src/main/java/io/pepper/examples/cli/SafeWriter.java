package io.pepper.examples.cli;

import io.pepper.document.SafeText;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * The writer of everything that the command line prints. It converts all text with {@link SafeText}. A string that is
 * printed as a line stays one line; other text may have line feeds and tabs.
 */
final class SafeWriter extends PrintWriter {
    SafeWriter(Writer target) {
        super(target, true);
    }

    @Override
    public void println(String line) {
        super.println(SafeText.line(String.valueOf(line)));
    }

    @Override
    public void write(int character) {
        write(String.valueOf((char) character));
    }

    @Override
    public void write(char[] buffer, int start, int length) {
        write(new String(buffer, start, length));
    }

    @Override
    public void write(String text, int start, int length) {
        String safe = SafeText.lines(text.substring(start, start + length));
        super.write(safe, 0, safe.length());
    }
}
