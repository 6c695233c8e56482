package io.pepper.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recorded figures, and comparisons with them on this machine and on another. */
class FiguresTest {
    private static final String SETTINGS = "-f 1";

    @TempDir
    Path directory;

    @Test
    void figuresAreReadAsTheyWereWritten() throws IOException {
        Path file = directory.resolve("figures.json");
        List<Figure> figures = List.of(figure("a", 10, "here"), figure("b", 2.5, "here"));
        Figures.record(file, figures);
        assertThat(Figures.read(file)).isEqualTo(figures);
        assertThat(Files.readAllLines(file)).hasSize(4);
    }

    @Test
    void aNewFigureReplacesThatOfTheSameMachineOnly() throws IOException {
        Path file = directory.resolve("figures.json");
        Figures.record(file, List.of(figure("a", 10, "here"), figure("a", 30, "there"), figure("b", 1, "here")));
        Figures.record(file, List.of(figure("a", 11, "here")));
        assertThat(Figures.read(file))
                .containsExactly(figure("a", 11, "here"), figure("a", 30, "there"), figure("b", 1, "here"));
    }

    @Test
    void figuresThatLackAFieldAreRefusedWithTheirPlace() throws IOException {
        Path file = directory.resolve("figures.json");
        Figures.record(file, List.of(figure("a", 10, "here"), figure("b", 10, "here")));
        String whole = Files.readString(file);
        for (String field :
                List.of("benchmark", "median", "low", "high", "unit", "rounds", "settings", "machine", "date")) {
            int at = whole.lastIndexOf("\"" + field + "\"");
            Files.writeString(file, whole.substring(0, at) + whole.substring(whole.indexOf(',', at) + 1));
            assertThatThrownBy(() -> Figures.read(file))
                    .as(field)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("figure 2");
        }
        assertThatThrownBy(() -> Figures.read(directory.resolve("none.json")))
                .hasMessageContaining("make bench-figures");
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> Figures.read(file)).hasMessageContaining("an array of figures is needed");
    }

    @Test
    void figuresOfThisMachineAreComparedDirectly() {
        FigureComparison comparison = FigureComparison.of(
                List.of(figure("a", 10, "here"), figure("a", 1, "there")),
                List.of(measured("a", 20)),
                "here",
                SETTINGS);
        assertThat(comparison.direct()).hasSize(1);
        assertThat(comparison.direct().get(0).slowdown().median()).isEqualTo(2);
        assertThat(comparison.relative()).isEmpty();
        assertThat(comparison.notes()).isEmpty();
    }

    @Test
    void figuresOfAnotherMachineAreComparedWithOneAnother() {
        List<Figure> figures = new ArrayList<>();
        List<Measured> measured = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d", "e")) {
            figures.add(figure(name, 10, "there"));
            // This machine is three times as fast; one benchmark has become twice as slow.
            measured.add(measured(name, name.equals("c") ? 20 / 3.0 : 10 / 3.0));
        }
        FigureComparison comparison = FigureComparison.of(figures, measured, "here", SETTINGS);
        assertThat(comparison.direct()).isEmpty();
        assertThat(comparison.relative())
                .extracting(one -> Math.round(1_000 * one.slowdown().median()))
                .containsExactly(1_000L, 1_000L, 2_000L, 1_000L, 1_000L);
        assertThat(comparison.notes()).singleElement().asString().contains("another machine (there)", "0.333 times");
    }

    @Test
    void twoBenchmarksOfAnotherMachineSayNothing() {
        FigureComparison comparison = FigureComparison.of(
                List.of(figure("a", 10, "there"), figure("b", 10, "there")),
                List.of(measured("a", 10), measured("b", 20)),
                "here",
                SETTINGS);
        assertThat(comparison.relative()).isEmpty();
        assertThat(comparison.notes()).singleElement().asString().contains("at least 3 are needed");
    }

    @Test
    void figuresWithOtherSettingsOrOfOtherBenchmarksAreNotCompared() {
        FigureComparison comparison = FigureComparison.of(
                List.of(figure("a", 10, "here")), List.of(measured("a", 10), measured("b", 10)), "here", "-f 2");
        assertThat(comparison.direct()).isEmpty();
        assertThat(comparison.notes()).hasSize(2).allMatch(note -> note.contains("measured with -f 2"));
    }

    @Test
    void theMachineHasAProcessorASystemAndAJava() throws IOException {
        assertThat(Machine.describe())
                .contains(System.getProperty("os.arch"), "Java " + System.getProperty("java.version"))
                .isEqualTo(Machine.describe());
    }

    private static Figure figure(String benchmark, double median, String machine) {
        return new Figure(
                benchmark, median, 0.9 * median, 1.1 * median, "ms/op", 6, SETTINGS, machine, "2026-01-01", "c0ffee");
    }

    private static Measured measured(String benchmark, double value) {
        return new Measured(benchmark, "ms/op", new double[] {value, value, value});
    }
}
