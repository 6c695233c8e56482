package io.pepper.examples.notebooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notebooks run as JShell runs them: no snippet is refused, none throws, and they show what they say. */
class NotebooksTest {
    private static final Path NOTEBOOKS = Path.of("notebooks");

    @TempDir
    Path directory;

    @Test
    void splitsAndShows() throws IOException {
        assertThat(run("01-split.jsh"))
                .contains("860 operators")
                .contains("1461 million operations")
                .contains("whole and parts agree bit by bit: true");
        assertThat(directory.resolve("model.html")).isNotEmptyFile();
        assertThat(directory.resolve("parts").resolve("partition.json")).isNotEmptyFile();
    }

    @Test
    void profilesAndTrains() throws IOException {
        assertThat(run("02-profile-and-train.jsh"))
                .contains("24 measurements")
                .contains("held back by")
                .contains("at 100.0 % load: trees")
                .contains("measured without load");
        assertThat(directory.resolve("training.html")).isNotEmptyFile();
        assertThat(directory.resolve("here.predictor")).isNotEmptyFile();
    }

    @Test
    void plans() throws IOException {
        assertThat(run("03-plan.jsh"))
                .contains("13 segments to place")
                .contains("proven: true")
                .contains("all on one: ")
                .contains(" J");
        assertThat(directory.resolve("plan.html")).isNotEmptyFile();
        assertThat(directory.resolve("deployment").resolve("plan.json")).isNotEmptyFile();
    }

    @Test
    void runsAndAdapts() throws IOException {
        assertThat(run("04-run-and-adapt.jsh"))
                .contains("answers in a second")
                .contains("runs on ")
                .contains("times what was predicted");
    }

    @Test
    void usesAnyGraphAlgorithm() throws IOException {
        assertThat(run("05-any-graph-algorithm.jsh"))
                .contains("connected: true")
                .contains("the shortest way through the model")
                .contains("99999 bridges of 99999 edges");
    }

    @Test
    void deploysAndWatchesACluster() throws IOException {
        assertThat(run("06-cluster.jsh"))
                .contains("camera at 127.0.0.1:")
                .contains("gateway: ", " % load")
                .contains("from the camera to the server: Link[")
                .contains("bit-identical: true")
                .contains("20 answers from [")
                .contains("20 answers without the gateway, from [")
                .contains("removed from [camera, server]");
    }

    @Test
    void noNotebookIsLeftOut() throws IOException {
        try (Stream<Path> files = Files.list(NOTEBOOKS)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "start.jsh",
                            "01-split.jsh",
                            "02-profile-and-train.jsh",
                            "03-plan.jsh",
                            "04-run-and-adapt.jsh",
                            "05-any-graph-algorithm.jsh",
                            "06-cluster.jsh");
        }
    }

    private String run(String notebook) throws IOException {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
        try (JShell shell = JShell.builder()
                .out(out)
                .err(System.err)
                .remoteVMOptions("-Dpepper.notebooks=" + directory)
                .build()) {
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                shell.addToClasspath(entry);
            }
            evaluate(shell, Files.readString(NOTEBOOKS.resolve("start.jsh")));
            evaluate(shell, Files.readString(NOTEBOOKS.resolve(notebook)));
        }
        return shown.toString(StandardCharsets.UTF_8);
    }

    /** Evaluates line by line as the tool does, which takes a line for complete that only lacks its semicolon. */
    private static void evaluate(JShell shell, String text) {
        SourceCodeAnalysis analysis = shell.sourceCodeAnalysis();
        String pending = "";
        for (String line : text.lines().toList()) {
            pending += line + "\n";
            SourceCodeAnalysis.CompletionInfo next = analysis.analyzeCompletion(pending);
            while (next.completeness().isComplete()) {
                for (SnippetEvent event : shell.eval(next.source())) {
                    check(shell, event);
                }
                pending = next.remaining();
                next = analysis.analyzeCompletion(pending);
            }
        }
        assertThat(analysis.analyzeCompletion(pending).completeness())
                .as("complete: %s", pending)
                .isEqualTo(SourceCodeAnalysis.Completeness.EMPTY);
    }

    private static void check(JShell shell, SnippetEvent event) {
        if (event.status() == Snippet.Status.REJECTED) {
            StringBuilder why = new StringBuilder(event.snippet().source());
            shell.diagnostics(event.snippet()).forEach(each -> why.append('\n').append(each.getMessage(Locale.ROOT)));
            fail(why.toString());
        }
        if (event.exception() != null) {
            fail(event.snippet().source(), event.exception());
        }
    }
}
