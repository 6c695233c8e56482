package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is lost on the way to standard output is not lost without a word. */
class StandardOutputTest {
    private final StringWriter said = new StringWriter();
    private final PrintWriter err = new PrintWriter(said, true);

    private static StandardOutput failing(String message) {
        return new StandardOutput(new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException(message);
            }
        });
    }

    private int codeAfterALineTo(StandardOutput out) {
        new PrintWriter(out, true, StandardCharsets.UTF_8).println("a line");
        return out.code(Main.DIFFERENT, err);
    }

    @Test
    void aFullDiskIsAnErrorOfItsOwn() {
        assertThat(codeAfterALineTo(failing("No space left on device"))).isEqualTo(Main.REFUSED);
        assertThat(said).hasToString("pepper: standard output: No space left on device" + System.lineSeparator());
    }

    @Test
    void aReaderThatHasSeenEnoughLosesNothing() {
        assertThat(codeAfterALineTo(failing("Broken pipe"))).isEqualTo(Main.DIFFERENT);
        assertThat(said.toString()).isEmpty();
    }

    @Test
    void writtenTextArrivesCompletely() {
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        assertThat(codeAfterALineTo(new StandardOutput(taken))).isEqualTo(Main.DIFFERENT);
        assertThat(taken.toString(StandardCharsets.UTF_8)).startsWith("a line");
        assertThat(said.toString()).isEmpty();
    }
}
