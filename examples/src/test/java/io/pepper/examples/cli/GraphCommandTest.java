package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code pepper graph} in each of its formats. */
class GraphCommandTest extends CommandTest {
    @Test
    void everyFormatIsDrawnAndUnknownOnesAreRefused() throws IOException {
        Path page = directory.resolve("page.html");
        assertThat(run("graph", model, "--shape", "x=1x3x48x192", "-o", page)).isZero();
        assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>").containsPattern("\\d+ cuts");
        assertThat(run("graph", model, "--format", "dot", "--parts", 4)).isZero();
        assertThat(out.toString())
                .startsWith("digraph \"classifier\"")
                .contains("s3 ")
                .doesNotContain("s4 ");
        assertThat(run("graph", model, "--format", "svg")).isZero();
        assertThat(out.toString()).startsWith("<svg");
        assertThat(run("graph", model, "--format", "graphml")).isZero();
        assertThat(run("graph", model, "--format", "mermaid")).isZero();
        assertThat(out.toString()).startsWith("flowchart TD");
        assertThat(run("graph", model, "--format", "png")).isEqualTo(2);
        assertThat(run("graph", model, "--parts", 0)).isEqualTo(2);
    }
}
