package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.text.Quantities;
import io.pepper.measure.internal.Quantiles;
import io.pepper.session.HopMetrics;
import io.pepper.session.RunOutputs;
import io.pepper.session.StageMetrics;
import io.pepper.session.TensorFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The results of {@code run}, for a person or a program. */
final class RunPrinter {
    private static final double P50 = 0.5;
    private static final double P90 = 0.9;
    private static final double P99 = 0.99;

    private final Path directory;
    private final Optional<DeploymentPlan> plan;
    private final List<String> notes = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private List<StageMetrics> stages = List.of();
    private List<HopMetrics> hops = List.of();
    private Optional<ClusterEvents> events = Optional.empty();
    private String mode = "";
    private double openSeconds;
    private double firstSeconds;
    private double perSecond = Double.NaN;
    private int requests = 1;
    private Optional<Quantiles> latencies = Optional.empty();

    private record Answer(String name, String value, Optional<Path> file) {}

    RunPrinter(Path directory, Optional<DeploymentPlan> plan) {
        this.directory = directory;
        this.plan = plan;
        plan.flatMap(PlannedPhases::note)
                .ifPresent(phases -> notes.add("no planned times beside those of a single request: " + phases
                        + ". For text generators, generate --rehearse and run --rehearse compare them"));
    }

    void mode(String what) {
        mode = what;
    }

    void note(String what) {
        notes.add(what);
    }

    List<String> notes() {
        return List.copyOf(notes);
    }

    void opened(double seconds) {
        openSeconds = seconds;
    }

    void first(double seconds) {
        firstSeconds = seconds;
    }

    /** Records the requests after the first. */
    void requests(double[] seconds, double elapsed) {
        requests = seconds.length + 1;
        latencies = Optional.of(Quantiles.of(seconds));
        perSecond = seconds.length / elapsed;
    }

    void stages(List<StageMetrics> metrics) {
        stages = metrics;
    }

    /** Records the ways between the nodes of a cluster. */
    void hops(List<HopMetrics> metrics) {
        hops = metrics;
    }

    /** Records the nodes that were lost, and which took over. */
    void events(ClusterEvents happened) {
        events = Optional.of(happened);
        notes.addAll(happened.notes());
    }

    /** Records the outputs, and writes those that are tensors. */
    void answer(RunOutputs outputs, Optional<Path> target, RunCommand.Format format) throws IOException {
        for (Map.Entry<String, OnnxValue> output : outputs.values().entrySet()) {
            Optional<Path> file = Optional.empty();
            if (target.isPresent() && output.getValue() instanceof OnnxTensor tensor) {
                String name = answers.size() + "_" + output.getKey().replaceAll("[^A-Za-z0-9._-]", "_") + "."
                        + format.name().toLowerCase(Locale.ROOT);
                file = Optional.of(Files.createDirectories(target.get()).resolve(name));
                TensorFiles.write(file.get(), output.getKey(), tensor);
            }
            answers.add(new Answer(output.getKey(), described(output.getValue()), file));
        }
    }

    /** Returns a description of a value in the notation of other commands, such as {@code float[1,1000]}. */
    private static String described(OnnxValue value) {
        return value instanceof OnnxTensor tensor
                ? tensor.getInfo().type.name().toLowerCase(Locale.ROOT)
                        + Arrays.toString(tensor.getInfo().getShape()).replace(" ", "")
                : value.getType().name().toLowerCase(Locale.ROOT).replace("onnx_type_", "");
    }

    private String device(int stage) {
        return hops.isEmpty()
                ? plan.map(made -> made.devices().get(stage)).orElse("")
                : hops.get(stage).device();
    }

    /** Returns all devices that ran a stage, in the order of their use. */
    private String devices(int stage) {
        return events.map(happened -> String.join(", then ", happened.devices(stage)))
                .orElseGet(() -> device(stage));
    }

    void print(PrintWriter out) {
        for (Answer answer : answers) {
            out.println(answer.name + ": " + answer.value
                    + answer.file.map(file -> ", written: " + file).orElse(""));
        }
        out.println();
        Table table = new Table("part", "device", "calls", "median", "99 % within", "waited", "queue");
        for (int i = 0; i < stages.size(); i++) {
            StageMetrics stage = stages.get(i);
            table.row(
                    stage.stage(),
                    devices(i),
                    String.valueOf(stage.calls()),
                    Quantities.seconds(stage.p50Seconds()),
                    Quantities.seconds(stage.p99Seconds()),
                    Quantities.seconds(stage.waitingSeconds() / Math.max(1, stage.calls())),
                    String.valueOf(stage.maxQueued()));
        }
        table.print(out);
        out.println();
        if (!hops.isEmpty()) {
            printHops(out);
        }
        out.println(mode + ": opened in " + Quantities.seconds(openSeconds) + ", first answer in "
                + Quantities.seconds(firstSeconds));
        latencies.ifPresent(times -> out.println(String.format(
                Locale.ROOT,
                "%d more requests: median %s, 90 %% within %s, 99 %% within %s; %s per second",
                requests - 1,
                Quantities.seconds(times.at(P50)),
                Quantities.seconds(times.at(P90)),
                Quantities.seconds(times.at(P99)),
                Quantities.number(perSecond))));
        single().ifPresent(made -> out.println(String.format(
                Locale.ROOT,
                "the plan predicts %s alone, and %s per second",
                Quantities.seconds(made.placement().latencySeconds()),
                Quantities.number(1 / made.placement().periodSeconds()))));
        remarks().print(out);
    }

    private void printHops(PrintWriter out) {
        Table table = new Table("to", "on", "requests", "bytes each", "on the wire", "99 % within");
        for (HopMetrics hop : hops) {
            table.row(
                    hop.stage().isEmpty() ? "the caller" : hop.stage(),
                    hop.device(),
                    String.valueOf(hop.requests()),
                    Quantities.bytes(hop.bytes() / Math.max(1, hop.requests())),
                    Quantities.seconds(hop.p50WireSeconds()),
                    Quantities.seconds(hop.p99WireSeconds()));
        }
        table.print(out);
        out.println();
    }

    private void addStages(ObjectNode document) {
        ArrayNode table = document.putArray("stages");
        for (int i = 0; i < stages.size(); i++) {
            StageMetrics stage = stages.get(i);
            int index = i;
            ObjectNode row = table.addObject()
                    .put("part", stage.stage())
                    .put("device", device(i).isEmpty() ? null : device(i));
            events.ifPresent(happened -> {
                ArrayNode all = row.putArray("devices");
                happened.devices(index).forEach(all::add);
            });
            row.put("calls", stage.calls()).put("failures", stage.failures()).put("maxQueued", stage.maxQueued());
            Json.put(row, "busySeconds", stage.busySeconds());
            Json.put(row, "waitingSeconds", stage.waitingSeconds());
            Json.put(row, "p50Seconds", stage.p50Seconds());
            Json.put(row, "p90Seconds", stage.p90Seconds());
            Json.put(row, "p99Seconds", stage.p99Seconds());
        }
    }

    private void addHops(ObjectNode document) {
        ArrayNode table = document.putArray("hops");
        for (HopMetrics hop : hops) {
            ObjectNode row = table.addObject()
                    .put("part", hop.stage().isEmpty() ? null : hop.stage())
                    .put("device", hop.device().isEmpty() ? null : hop.device());
            row.put("requests", hop.requests()).put("bytes", hop.bytes());
            Json.put(row, "wireSeconds", hop.wireSeconds());
            Json.put(row, "queueSeconds", hop.queueSeconds());
            Json.put(row, "runSeconds", hop.runSeconds());
            Json.put(row, "p50WireSeconds", hop.p50WireSeconds());
            Json.put(row, "p99WireSeconds", hop.p99WireSeconds());
        }
    }

    ObjectNode json() {
        ObjectNode document = Json.object();
        document.put("partition", directory.toString()).put("mode", mode);
        Json.put(document, "openSeconds", openSeconds);
        Json.put(document, "firstSeconds", firstSeconds);
        document.put("requests", requests);
        ObjectNode latency = document.putObject("latencySeconds");
        Json.put(latency, "p50", at(P50));
        Json.put(latency, "p90", at(P90));
        Json.put(latency, "p99", at(P99));
        Json.put(document, "throughputPerSecond", perSecond);
        ObjectNode predicted = document.putObject("predicted");
        Json.put(
                predicted,
                "latencySeconds",
                single().map(made -> made.placement().latencySeconds()).orElse(Double.NaN));
        Json.put(
                predicted,
                "throughputPerSecond",
                single().map(made -> 1 / made.placement().periodSeconds()).orElse(Double.NaN));
        ArrayNode outputs = document.putArray("outputs");
        answers.forEach(answer -> outputs.addObject()
                .put("name", answer.name)
                .put("value", answer.value)
                .put("file", answer.file.map(Path::toString).orElse(null)));
        addStages(document);
        if (!hops.isEmpty()) {
            addHops(document);
        }
        return remarks().addTo(document);
    }

    /** Returns the plan if its times are those of a single request. */
    private Optional<DeploymentPlan> single() {
        return plan.filter(made -> made.phases().isEmpty());
    }

    private Remarks remarks() {
        return new Remarks(notes, plan.map(DeploymentPlan::caveats).orElse(List.of()));
    }

    private double at(double share) {
        return latencies.map(times -> times.at(share)).orElse(Double.NaN);
    }
}
