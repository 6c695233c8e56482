package io.pepper.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.examples.ExamplePlan;
import io.pepper.examples.SmallDecoder;
import io.pepper.examples.cli.CommandLines;
import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partitioner;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documents show is true: their Java runs, their links lead somewhere, their options exist. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Pattern LABEL = Pattern.compile("label=\"([^\"]*)\"");
    private static final Pattern TEST = Pattern.compile("`([a-z.]+\\.)?([A-Z]\\w*Test)(?:[.#](\\w+))?`");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]+");
    private static final String IMPORTS =
            """
            import io.pepper.*;
            import io.pepper.cut.*;
            import io.pepper.graph.*;
            import io.pepper.export.*;
            import io.pepper.model.*;
            import io.pepper.onnx.*;
            import io.pepper.report.*;
            import io.pepper.partition.*;
            import java.nio.file.*;
            import java.util.*;
            import org.jgrapht.Graph;
            import org.jgrapht.alg.connectivity.ConnectivityInspector;
            import io.pepper.cluster.*;
            import io.pepper.workload.*;
            import io.pepper.monitor.*;
            import io.pepper.plan.*;
            import io.pepper.predict.*;
            import io.pepper.session.*;
            import io.pepper.generation.*;
            import io.pepper.measure.*;
            import io.pepper.session.Stage;
            import ai.onnxruntime.OnnxTensor;
            import ai.onnxruntime.OnnxTensorLike;
            import ai.onnxruntime.OnnxValue;
            import ai.onnxruntime.OrtEnvironment;
            import java.io.IOException;
            import java.time.Duration;
            import java.time.Instant;
            import java.util.concurrent.CompletableFuture;
            """;

    @TempDir
    Path directory;

    @Test
    void theReadmesJavaRuns() throws IOException, InterruptedException {
        Matcher cluster = YAML.matcher(Files.readString(ROOT.resolve("docs/guide/planning.md")));
        assertThat(cluster.find()).isTrue();
        Files.writeString(directory.resolve("cluster.yaml"), cluster.group(1));
        String output = runJavaOf(ROOT.resolve("README.md"));
        assertThat(output)
                .startsWith("true\n")
                .contains("latency ", "gateway", "caution: ")
                .endsWith("[softmax_11.tmp_0]\n");
    }

    @Test
    void theGuidesJavaRuns() throws IOException, InterruptedException {
        String output = runJavaOf(ROOT.resolve("docs/guide/splitting.md"));
        assertThat(output)
                .contains("860 operators, of which 435 make constants")
                .contains("identical: true")
                .contains("again: true")
                .contains("the original finds 179 bridges, and would choose 30; here are 212 cuts");
    }

    @Test
    void theSecondGuidesJavaRuns() throws IOException, InterruptedException {
        String output = runJavaOf(ROOT.resolve("docs/guide/knowing.md"));
        assertThat(output)
                .contains("1461 million operations")
                .contains("2 cuts of equal work")
                .contains("212 cuts at one tensor, 221 at up to three")
                .contains("cut at '");
    }

    @Test
    void theThirdGuidesJavaRuns() throws IOException, InterruptedException {
        String output = runJavaOf(ROOT.resolve("docs/guide/predicting.md"));
        assertThat(output).contains("8 measurements").contains("true").endsWith("fastest: here\n");
    }

    @Test
    void theMonitoringGuidesJavaRuns() throws IOException, InterruptedException {
        assertThat(runJavaOf(ROOT.resolve("docs/guide/monitoring.md"))).endsWith("pi4 answers: /metrics\n");
    }

    @Test
    void theFourthGuidesJavaRuns() throws IOException, InterruptedException {
        String output = runJavaOf(ROOT.resolve("docs/guide/planning.md"));
        assertThat(output)
                .contains("optimal: true")
                .contains("caution: unknown load, predicted as idle: gateway")
                .contains("parts; verified: true")
                .contains("pi up to segment 1")
                .contains("parts at cuts of any width")
                .contains("1-3 on server: 0.06902816 s, every 0.04 s] in scenario 1")
                .endsWith("in a rush requests wait: true\n");
    }

    @Test
    void theFifthGuidesJavaRuns() throws IOException, InterruptedException {
        String output = runJavaOf(ROOT.resolve("docs/guide/running.md"));
        assertThat(output)
                .contains("outputs: 1 of 3 parts")
                .contains("calls: 20, failures: 0")
                .contains("answered")
                .contains("runs on here")
                .endsWith("checked some: true, passed: true\n");
    }

    @Test
    void theGuideToBigModelsRuns() throws IOException, InterruptedException {
        String output = runJavaOf(ROOT.resolve("docs/guide/big-models.md"));
        assertThat(output).contains(" bytes\n").contains("copied by reference: 0 MB");
    }

    @Test
    void theGuideToLanguageModelsRuns() throws IOException, InterruptedException {
        try (OnnxModel decoder = OnnxModel.load(SmallDecoder.write(directory.resolve("decoder.onnx")))) {
            SubmodelExporter.export(
                    decoder,
                    Partitioner.atTensors("x1")
                            .partition(
                                    decoder.cuts(decoder.costs(decoder.shapes()).cutOptions())),
                    directory.resolve("parts"));
        }
        assertThat(runJavaOf(ROOT.resolve("docs/guide/language-models.md"))).contains(", ended by ");
    }

    @Test
    void theExtensionsRun() throws IOException, InterruptedException {
        String output = runJavaOf(ROOT.resolve("docs/extending.md"));
        assertThat(output)
                .contains("planned by a datasheet: true")
                .contains("problems: {there=[the agent does not answer, its load is not known: predicted as idle]}")
                .contains("parts: 2")
                .endsWith("outputs: 1\n");
    }

    @Test
    void picturesComeFromTheirSources() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/pictures"))) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".dot")).toList();
            assertThat(sources).isNotEmpty();
            for (Path source : sources) {
                Path picture =
                        source.resolveSibling(source.getFileName().toString().replace(".dot", ".svg"));
                String drawn = Files.readString(picture).replace("&#45;", "-");
                Matcher label = LABEL.matcher(Files.readString(source));
                while (label.find()) {
                    for (String line : label.group(1).split("\\\\n", -1)) {
                        assertThat(drawn).as("%s", picture).contains(">" + line + "<");
                    }
                }
            }
        }
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                Path target = document.resolveSibling(link.group(1));
                if (!Files.exists(target) || !hasHeading(target, link.group(2))) {
                    broken.add(ROOT.relativize(document) + " -> " + link.group());
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void theCommandLineIsDescribed() throws IOException {
        String text = Files.readString(ROOT.resolve("docs/command-line.md"));
        assertThat(CommandLines.options()).isNotEmpty().allSatisfy(option -> assertThat(text)
                .contains(option));
        Matcher option = OPTION.matcher(text);
        while (option.find()) {
            assertThat(CommandLines.options()).contains(option.group());
        }
    }

    /** Headings are linked to as GitHub names them. */
    private static boolean hasHeading(Path document, String anchor) throws IOException {
        if (anchor == null) {
            return true;
        }
        return HEADING.matcher(Files.readString(document))
                .results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", ""))
                .anyMatch(heading -> anchor.equals("#" + heading.replace(' ', '-')));
    }

    /** Each field that is written has its place in the description of the format. */
    @Test
    void theFormatsAreDescribed() throws IOException {
        ExamplePlan.export(directory);
        Path written = directory.resolve("plan");
        assertFieldsIn("docs/partition-format.md", written.resolve("partition.json"));
        assertFieldsIn("docs/plan-format.md", written.resolve("plan.json"));
    }

    private static void assertFieldsIn(String document, Path json) throws IOException {
        String text =
                Files.readString(ROOT.resolve(document)) + Files.readString(ROOT.resolve("docs/cluster-format.md"));
        Matcher field = Pattern.compile("\"(\\w+)\"\\s*:").matcher(Files.readString(json));
        Set<String> missing = new TreeSet<>();
        int found = 0;
        while (field.find()) {
            found++;
            if (!text.contains(field.group(1))) {
                missing.add(field.group(1));
            }
        }
        assertThat(found).as(document).isGreaterThan(20);
        assertThat(missing).as(document).isEmpty();
    }

    /** A row that says it is tested is. */
    @Test
    void testsThatAreNamedExist() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(ROOT)) {
            sources = files.filter(file -> file.toString().contains("src" + File.separator + "test"))
                    .filter(file -> file.toString().endsWith("Test.java"))
                    .toList();
        }
        Set<String> missing = new TreeSet<>();
        int named = 0;
        for (String document : List.of("docs/capabilities.md", "docs/security.md", "docs/extending.md")) {
            Matcher test = TEST.matcher(Files.readString(ROOT.resolve(document)));
            while (test.find()) {
                named++;
                if (!exists(sources, test.group(2), test.group(3))) {
                    missing.add(document + ": " + test.group());
                }
            }
        }
        assertThat(named).isGreaterThan(40);
        assertThat(missing).isEmpty();
    }

    private static boolean exists(List<Path> sources, String type, String method) throws IOException {
        for (Path source : sources) {
            if (source.getFileName().toString().equals(type + ".java")
                    && (method == null || Files.readString(source).contains(" " + method + "("))) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            List<Path> documents =
                    new ArrayList<>(files.filter(file -> file.toString().endsWith(".md"))
                            .sorted()
                            .toList());
            documents.add(ROOT.resolve("README.md"));
            documents.add(ROOT.resolve("CONTRIBUTING.md"));
            documents.add(ROOT.resolve("SECURITY.md"));
            documents.add(ROOT.resolve("examples/README.md"));
            return documents;
        }
    }

    private String runJavaOf(Path document) throws IOException, InterruptedException {
        StringBuilder code = new StringBuilder();
        Matcher block = JAVA.matcher(Files.readString(document));
        while (block.find()) {
            code.append(block.group(1));
        }
        assertThat(code).as("Java in %s", document).isNotEmpty();
        Path source = directory.resolve("Shown.java");
        Files.writeString(
                source,
                IMPORTS + "class Shown { public static void main(String[] args) throws Exception {\n" + code + "}}\n");
        for (String name : List.of("detector.onnx", "model.onnx")) {
            try (InputStream in = DocumentsTest.class.getResourceAsStream("/models/ch_PP-OCRv4_rec_infer.onnx")) {
                assertThat(in).isNotNull();
                Files.copy(in, directory.resolve(name));
            }
        }
        String classPath = System.getProperty("java.class.path");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int compiled = compiler.run(null, null, null, "-cp", classPath, "-d", directory.toString(), source.toString());
        assertThat(compiled).as("compiles").isZero();
        return runShown(classPath);
    }

    private String runShown(String classPath) throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(
                        java.toString(), "-cp", directory + System.getProperty("path.separator") + classPath, "Shown")
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
