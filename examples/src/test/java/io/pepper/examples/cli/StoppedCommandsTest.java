package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.predict.LatencyDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A campaign that is stopped says what it keeps, and goes on when it is run again. */
class StoppedCommandsTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path model;
    private Path data;

    @BeforeEach
    void writeModel() throws IOException {
        model = directory.resolve("model.onnx");
        Files.write(
                model,
                StoppedCommandsTest.class
                        .getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")
                        .readAllBytes());
        data = directory.resolve("data.csv");
    }

    private int profile(Writer messages) {
        return Main.run(
                new PrintWriter(out, true),
                new PrintWriter(messages, true),
                "profile",
                model.toString(),
                "--shape=x=1x3x48x192",
                "--pieces=1",
                "--loads=0",
                "--threads=1",
                "--rounds=200",
                "--seconds=0.02",
                "--quiet-wait=0",
                "--out=" + data);
    }

    /** Interrupts its own thread at the second message of a measurement: the first was made by then. */
    private static final class InterruptingWriter extends StringWriter {
        private int heard;

        @Override
        public void write(String text, int offset, int length) {
            super.write(text, offset, length);
            if (text.contains("round ")) {
                heard++;
                if (heard == 2) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Test
    void anInterruptEndsACampaignWithWhatItKeeps() throws IOException {
        InterruptingWriter messages = new InterruptingWriter();
        assertThat(profile(messages)).as(messages.toString()).isEqualTo(130);
        assertThat(Thread.interrupted()).isFalse();
        LatencyDataset kept = LatencyDataset.read(data);
        assertThat(kept.problems()).as("whole").isEmpty();
        assertThat(kept.records()).isNotEmpty();
        assertThat(messages.toString().lines())
                .last()
                .isEqualTo("pepper: stopped; " + data + " keeps "
                        + kept.records().size() + " measurements; run the same command again to go on");
        assertThat(messages.toString()).doesNotContain("cannot be measured");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void anInterruptBeforeAnythingWasMeasured() {
        Thread.currentThread().interrupt();
        assertThat(profile(err)).as(err.toString()).isEqualTo(130);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(err.toString())
                .contains("pepper: stopped; " + data + " keeps 0 measurements")
                .doesNotContain("mistake of the program");
    }
}
