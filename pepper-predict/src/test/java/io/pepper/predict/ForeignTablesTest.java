package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.ProgressListener;
import io.pepper.predict.internal.csv.CsvTable;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables as spreadsheets and other programs write them: they are read, or it is said what to do. */
class ForeignTablesTest {
    @TempDir
    Path directory;

    private static String table() {
        return CsvTable.line(RecordColumns.names())
                + CsvTable.line(RecordColumns.values(LatencyDatasetTest.entry("a", 1e9, 1, 0, 0.012)))
                + CsvTable.line(RecordColumns.values(LatencyDatasetTest.entry("b", 2e9, 2, 50, 0.03)));
    }

    private Path write(String text, Charset charset) throws IOException {
        return Files.write(directory.resolve("data.csv"), text.getBytes(charset));
    }

    private Path variant(String kind) throws IOException {
        String table = table();
        return switch (kind) {
            case "mark" -> write("\uFEFF" + table, StandardCharsets.UTF_8);
            case "windows" -> write(table.replace("\n", "\r\n"), StandardCharsets.UTF_8);
            case "blank lines" -> write(table.replace("\n", "\n\n"), StandardCharsets.UTF_8);
            case "spaces" -> write(table.replaceFirst(",", " , "), StandardCharsets.UTF_8);
            case "semicolons" -> write("execution_time_seconds;threads\n0,5;1\n", StandardCharsets.UTF_8);
            case "tabs" -> write("execution_time_seconds\tthreads\n0.5\t1\n", StandardCharsets.UTF_8);
            case "mac" -> write(table.replace("\n", "\r"), StandardCharsets.UTF_8);
            case "utf-16" -> write(table, StandardCharsets.UTF_16LE);
            case "capitals" -> write(table.toUpperCase(Locale.ROOT), StandardCharsets.UTF_8);
            case "empty" -> write("", StandardCharsets.UTF_8);
            case "blank" -> write("\n\n\n", StandardCharsets.UTF_8);
            case "wide" ->
                write(String.join(",", Collections.nCopies(1, "x".repeat(9_000))) + "\n", StandardCharsets.UTF_8);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @ParameterizedTest
    @CsvSource({"mark", "windows", "blank lines", "spaces"})
    void tablesOfOtherProgramsAreRead(String kind) throws IOException {
        LatencyDataset data = LatencyDataset.read(variant(kind));
        assertThat(data.problems()).isEmpty();
        assertThat(data.records()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "semicolons, separate them by commas",
        "tabs, separated by tabs",
        "mac, carriage returns alone",
        "utf-16, save it as UTF-8",
        "capitals, in lower case",
        "empty, has no column names",
        "blank, has no column names",
        "wide, there is no column"
    })
    void unreadableTablesAreRefusedWithAdvice(String kind, String said) throws IOException {
        Path file = variant(kind);
        assertThatThrownBy(() -> LatencyDataset.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ":1: ")
                .hasMessageContaining(said)
                .message()
                .hasSizeLessThan(file.toString().length() + 1_000);
    }

    @Test
    void noRowsAreAProblemThatIsSaid() throws IOException {
        Path own = write(CsvTable.line(RecordColumns.names()), StandardCharsets.UTF_8);
        assertThat(LatencyDataset.read(own).problems())
                .singleElement()
                .asString()
                .endsWith("there are no rows below the column names");
        Path original = write("execution_time,model\n", StandardCharsets.UTF_8);
        assertThat(LatencyDataset.read(original).problems())
                .singleElement()
                .asString()
                .contains("--raw");
    }

    /** Twenty measurements of the same are one thing to learn from, and nothing to hold back. */
    @Test
    void measurementsOfOneThingAreLearnedFromWithoutHoldingBack() throws IOException {
        LatencyDataset same =
                LatencyDataset.of(Collections.nCopies(20, LatencyDatasetTest.entry("a", 1e9, 1, 0, 0.012)));
        LatencyTrainer trained = LatencyTrainer.train(same, TrainingOptions.EXTENDED, ProgressListener.NONE);
        assertThat(trained.validations()).isEmpty();
        assertThat(trained.predictor().caveats()).isNotEmpty();
    }

    /** Where no other model could be held back, the error on records is said, if it is large. */
    @Test
    void aLargeErrorOnRecordsOfTheOnlyModelIsSaid() throws IOException {
        List<LatencyRecord> steady = new ArrayList<>();
        List<LatencyRecord> wild = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            double flops = 1e9 * (1 + i);
            steady.add(piece(i, LatencyDatasetTest.entry("a", flops, 1, 0, 0.012)));
            wild.add(piece(i, LatencyDatasetTest.entry("a", flops, 1, 0, i % 2 == 0 ? 0.001 : 1)));
        }
        assertThat(LatencyTrainer.train(LatencyDataset.of(steady), TrainingOptions.EXTENDED, ProgressListener.NONE)
                        .predictor()
                        .caveats())
                .contains("was not validated on unseen models")
                .noneMatch(caveat -> caveat.contains("median error"));
        TrainingOptions all = TrainingOptions.EXTENDED.withMarked(true); // Otherwise the slow half would be left out.
        assertThat(LatencyTrainer.train(LatencyDataset.of(wild), all, ProgressListener.NONE)
                        .predictor()
                        .caveats())
                .anyMatch(caveat -> caveat.matches("has a median error of [0-9.]+ % on held-back records"));
    }

    private static LatencyRecord piece(int number, LatencyRecord as) {
        return as.toBuilder().piece("piece " + number).build();
    }
}
