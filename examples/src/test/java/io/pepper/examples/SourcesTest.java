package io.pepper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The sizes of source files and their methods. What exceeds a limit is listed with its reason, and the lists only shrink. */
class SourcesTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final List<String> MODULES =
            List.of("pepper-core", "pepper-onnx", "pepper-predict", "pepper-bench", "examples");
    private static final int MAX_LINES = 400;
    private static final int MAX_LINES_OF_A_METHOD = 40;

    /** Files longer than that, by name, and why. */
    private static final Map<String, String> LONG_FILES = new TreeMap<>(Map.of(
            "FlowTraffic.java", "the requests of a session under one lock",
            "HostRequests.java", "the requests of a node under one lock",
            "Planner.java", "the face of all searches: most of it is Javadoc",
            "DeviceState.java", "a value, its builder and its copies: most of it is Javadoc",
            "CostTable.java", "a table and its builder: most of it is Javadoc",
            "OnnxModel.java", "the door of the library: most of it is Javadoc",
            "ModelContents.java", "what a model is made of is read in one place",
            "Constraints.java", "one method for each limit: most of it is Javadoc",
            "ClusterNodeOptions.java", "one method for each option: most of it is Javadoc",
            "PlanReport.java", "the whole page of a plan"));

    /** Methods longer than that, by file and name, and why. */
    private static final Map<String, String> LONG_METHODS = new TreeMap<>(Map.ofEntries(
            Map.entry("Periods.java of", "one loop over all runs and messages"),
            Map.entry("LowLink.java walk", "Tarjan's walk with a stack of its own, measured as one method"),
            Map.entry("PlanReport.java verdict", "the sentences of a page in their order"),
            Map.entry("Plot.java axes", "a drawing from left to right"),
            Map.entry("OperatorPlanner.java plan", "the steps of one method of planning"),
            Map.entry("Normalizations.java addTo", "a table of formulas"),
            Map.entry("KernelList.java add", "a table of kernels"),
            Map.entry("StageRunner.java timed", "one call with its deadline, retries and measurements"),
            Map.entry("OperatorSweep.java convolutions", "a table of small models"),
            Map.entry("Containers.java read", "the queries of one reading"),
            Map.entry("DevicesCommand.java print", "a printout from top to bottom"),
            Map.entry("PlanPrinter.java print", "a printout from top to bottom")));

    /** Benchmarks that look inside, and for what. */
    private static final Map<String, String> BENCHMARKS_INSIDE = new TreeMap<>(Map.ofEntries(
            Map.entry("HopTable.java", "a node and a session without a cluster"),
            Map.entry("LlamaModel.java", "makes models"),
            Map.entry("Models.java", "makes models"),
            Map.entry("Shape.java", "a graph as arrays"),
            Map.entry("BridgesBenchmark.java", "compares the search for bridges with JGraphT's"),
            Map.entry("SubnormalTable.java", "makes models"),
            Map.entry("PartsTable.java", "quantiles of a sample"),
            Map.entry("PipelineTable.java", "quantiles of a sample"),
            Map.entry("PredictorTable.java", "quantiles of a sample"),
            Map.entry("CharacteristicsBenchmark.java", "protobuf's own parsing, to compare with"),
            Map.entry("OpenBenchmark.java", "protobuf's own parsing, to compare with"),
            Map.entry("ExportBenchmark.java", "protobuf's own writing, to compare with"),
            Map.entry("FlowNodes.java", "nodes and sessions without a cluster")));

    private static final Pattern METHOD =
            Pattern.compile("^    (?! |/)(?!.*\\b(?:class|record|interface|enum) ).*\\b([a-z]\\w*)\\([^;]*$");

    private static List<Path> sources(String kind) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String module : MODULES) {
            Path root = ROOT.resolve(module).resolve("src/" + kind + "/java");
            if (Files.isDirectory(root)) {
                try (Stream<Path> files = Files.walk(root)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
                }
            }
        }
        assertThat(found).hasSizeGreaterThan(MODULES.size());
        return found;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    @Test
    void filesAreShortOrListedWithAReason() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources("main")) {
            if (Files.readAllLines(file).size() > MAX_LINES) {
                found.add(name(file));
            }
        }
        assertThat(found)
                .as("files of more than %d lines", MAX_LINES)
                .containsExactlyInAnyOrderElementsOf(LONG_FILES.keySet());
    }

    @Test
    void methodsAreShortOrListedWithAReason() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources("main")) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                Matcher method = METHOD.matcher(lines.get(i));
                if (method.find()
                        && !lines.get(i).contains(" = ")
                        && !lines.get(i).endsWith("}")) {
                    int end = i;
                    while (end < lines.size() && !lines.get(end).equals("    }")) {
                        end++;
                    }
                    if (end - i + 1 > MAX_LINES_OF_A_METHOD) {
                        found.add(name(file) + " " + method.group(1));
                    }
                }
            }
        }
        assertThat(found)
                .as("methods of more than %d lines", MAX_LINES_OF_A_METHOD)
                .containsExactlyInAnyOrderElementsOf(LONG_METHODS.keySet());
    }

    @Test
    void onlySomeBenchmarksLookInside() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources("main")) {
            boolean inside = file.startsWith(ROOT.resolve("pepper-bench"))
                    && Files.readString(file).contains(".internal.");
            if (inside) {
                found.add(name(file));
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(BENCHMARKS_INSIDE.keySet());
    }
}
