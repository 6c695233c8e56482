package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.distributed.CapabilityAnswer;
import io.pepper.distributed.CapabilityRequest;
import io.pepper.distributed.ClusterClient;
import io.pepper.internal.text.Quantities;
import io.pepper.predict.CalibratedPredictor;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.StoredPredictor;
import io.pepper.session.TemporaryDirectory;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine;

/** A calibration of the nodes of a cluster, whose predictors become one file. */
final class ClusterCalibration {
    private static final String CAPABILITY = "calibrate";
    private static final String FILE = "predictor.json";

    private final CommandLine command;
    private final ClusterTaskOptions options;
    private final Path out;
    private final Optional<Path> keep;
    private final boolean json;

    ClusterCalibration(CommandLine command, ClusterTaskOptions options, Path out, Optional<Path> keep, boolean json) {
        this.command = command;
        this.options = options;
        this.out = out;
        this.keep = keep;
        this.json = json;
    }

    /**
     * Calibrates, and returns the exit code.
     *
     * @param bases predictors of other devices: files, or {@code starter:KIND}
     */
    int run(List<Path> bases, int threads, double seconds) throws IOException {
        LatencyDataset before = keep.isPresent() ? NodeMeasurements.before(keep.get()) : LatencyDataset.of(List.of());
        ObjectNode arguments = Json.object();
        arguments.put("threads", threads);
        arguments.put("seconds", seconds);
        ArrayNode predictors = arguments.putArray("predictors");
        Map<String, Path> files = new TreeMap<>();
        for (Path base : bases) {
            boolean starter = base.toString().startsWith(Starters.PREFIX);
            String name = starter ? base.toString() : "predictor-" + (files.size() + 1) + ".json";
            predictors.add(name);
            if (!starter) {
                files.put(name, base);
            }
        }
        CapabilityRequest request = CapabilityRequest.resumable(CAPABILITY, arguments.toString(), files);
        return options.cluster()
                .join(
                        "stopped; wrote no predictor; the nodes keep their measurements, and the same command continues",
                        client -> calibrate(client, request, before));
    }

    private int calibrate(ClusterClient client, CapabilityRequest request, LatencyDataset before) throws IOException {
        List<String> nodes = options.nodes(client, CAPABILITY);
        ClusterTasks tasks = new ClusterTasks(client, CAPABILITY, options.patience(), command.getErr(), false);
        try (TemporaryDirectory results = TemporaryDirectory.create("nodes-")) {
            ClusterTasks.Outcome outcome =
                    tasks.run(nodes, node -> request.withResults(results.path().resolve(node)));
            Map<String, CalibratedPredictor> predictors = read(outcome.answers());
            if (!predictors.isEmpty()) {
                save(predictors);
            }
            if (keep.isPresent() && !predictors.isEmpty()) {
                NodeMeasurements.of(outcome.answers()).joined(before).write(keep.get());
            }
            if (outcome.failures().isEmpty()) {
                tasks.remove(nodes, request);
            }
            print(predictors, outcome);
            return outcome.failures().isEmpty() ? Main.DONE : Main.REFUSED;
        }
    }

    /** Reads the predictors, which come from other machines. */
    private static Map<String, CalibratedPredictor> read(Map<String, CapabilityAnswer> answers) throws IOException {
        Map<String, CalibratedPredictor> read = new TreeMap<>();
        for (Map.Entry<String, CapabilityAnswer> node : answers.entrySet()) {
            Path file = node.getValue().files().get(FILE);
            if (file != null
                    && StoredPredictor.load(file) instanceof CalibratedPredictor predictor
                    && predictor.device().equals(node.getKey())) {
                read.put(node.getKey(), predictor);
            } else {
                throw new IOException("node " + node.getKey() + ": its answer has no calibration of its device");
            }
        }
        return read;
    }

    /** Writes the predictors of all nodes to one file, beside those of other devices that it had. */
    private void save(Map<String, CalibratedPredictor> predictors) throws IOException {
        Map<String, LatencyPredictor> all = new TreeMap<>();
        if (Files.exists(out) && StoredPredictor.load(out) instanceof DevicePredictors others) {
            all.putAll(others.byName());
        }
        all.putAll(predictors);
        DevicePredictors file = DevicePredictors.NONE;
        for (Map.Entry<String, LatencyPredictor> each : all.entrySet()) {
            file = file.withPredictor(each.getKey(), each.getValue(), out.toString());
        }
        StoredPredictor.save(file, out);
    }

    private void print(Map<String, CalibratedPredictor> predictors, ClusterTasks.Outcome outcome) throws IOException {
        PrintWriter console = command.getOut();
        ObjectNode document = Json.object();
        document.put("predictor", out.toString());
        ArrayNode nodes = document.putArray("nodes");
        Table table = new Table("node", "kind", "measurements", "held-out error", "least certain");
        List<String> notes = new ArrayList<>();
        for (Map.Entry<String, CapabilityAnswer> answer : outcome.answers().entrySet()) {
            String node = answer.getKey();
            String least = NodeMeasurements.document(node, answer.getValue())
                    .path("leastCertain")
                    .asText("-");
            notes.addAll(NodeMeasurements.texts(node, answer.getValue(), "notes"));
            CalibratedPredictor predictor = predictors.get(node);
            if (predictor != null) {
                predictor.caveats().forEach(caveat -> notes.add(node + ": the predictor " + caveat));
                add(node, predictor, least, table, nodes.addObject());
            }
        }
        outcome.failures().forEach((node, reason) -> {
            table.row(node, "-", "missing", "-", "-");
            nodes.addObject().put("name", node).put("failure", reason);
            command.getErr().println("pepper: " + node + " is missing: " + reason);
        });
        if (json) {
            notes.forEach(document.putArray("notes")::add);
            console.println(Json.print(document));
            return;
        }
        table.print(console);
        notes.forEach(note -> console.println("note: " + note));
        if (!predictors.isEmpty()) {
            console.println(out + ": the predictors of " + String.join(", ", predictors.keySet())
                    + "; plan --predictor " + out + " uses each for the device of its name");
        }
    }

    private static void add(
            String node, CalibratedPredictor predictor, String leastCertain, Table table, ObjectNode entry) {
        String kind = predictor.platforms().stream()
                .flatMap(platform -> platform.kind().stream())
                .findFirst()
                .orElse("-");
        String error = predictor.heldOutError().isPresent()
                ? Quantities.percent(predictor.heldOutError().getAsDouble())
                : "-";
        table.row(node, kind, String.valueOf(predictor.records()), error, leastCertain);
        entry.put("name", node);
        entry.put("kind", kind);
        entry.put("records", predictor.records());
        Json.put(entry, "heldOutError", predictor.heldOutError().orElse(Double.NaN));
        entry.put("leastCertain", leastCertain);
    }
}
