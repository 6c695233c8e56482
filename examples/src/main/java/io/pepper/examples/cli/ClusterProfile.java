package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.distributed.CapabilityAnswer;
import io.pepper.distributed.CapabilityRequest;
import io.pepper.distributed.ClusterClient;
import io.pepper.predict.CampaignOptions;
import io.pepper.predict.LatencyDataset;
import io.pepper.session.TemporaryDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;

/** A campaign on the nodes of a cluster, whose measurements become one data set. */
final class ClusterProfile {
    private static final String CAPABILITY = "profile";

    private final CommandLine command;
    private final ClusterTaskOptions options;
    private final Path out;
    private final boolean json;

    ClusterProfile(CommandLine command, ClusterTaskOptions options, Path out, boolean json) {
        this.command = command;
        this.options = options;
        this.out = out;
        this.json = json;
    }

    /** Measures, and returns the exit code. */
    int run(CampaignOptions campaign) throws IOException {
        LatencyDataset before = NodeMeasurements.before(out);
        StringBuilder steps = new StringBuilder();
        return options.cluster()
                .join(
                        () -> "stopped; the nodes keep their measurements" + steps
                                + "; run the same command again to go on",
                        client -> measure(client, campaign, before, steps));
    }

    private int measure(ClusterClient client, CampaignOptions campaign, LatencyDataset before, StringBuilder steps)
            throws IOException {
        List<String> nodes = options.nodes(client, CAPABILITY);
        CapabilityRequest request = CapabilityRequest.resumable(CAPABILITY, campaign.toJson(), campaign.files());
        ClusterTasks tasks = new ClusterTasks(client, CAPABILITY, options.patience(), command.getErr(), true);
        try (TemporaryDirectory results = TemporaryDirectory.create("nodes-")) {
            ClusterTasks.Outcome outcome =
                    tasks.run(nodes, node -> request.withResults(results.path().resolve(node)));
            LatencyDataset data = NodeMeasurements.of(outcome.answers()).joined(before);
            if (!outcome.answers().isEmpty()) {
                data.write(out);
            }
            if (outcome.failures().isEmpty()) {
                tasks.remove(nodes, request);
            }
            return print(data, outcome, before);
        } finally {
            steps.append(tasks.steps().isEmpty() ? "" : " (" + tasks.steps() + ")");
        }
    }

    private int print(LatencyDataset data, ClusterTasks.Outcome outcome, LatencyDataset before) throws IOException {
        PrintWriter console = command.getOut();
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, CapabilityAnswer> node : outcome.answers().entrySet()) {
            problems.addAll(NodeMeasurements.texts(node.getKey(), node.getValue(), "problems"));
        }
        if (json) {
            ObjectNode document = DatasetPrinter.document(out, data);
            problems.forEach(document.withArray("problems")::add);
            ArrayNode nodes = document.putArray("nodes");
            count(data, outcome).forEach((node, count) -> nodes.addObject()
                    .put("name", node)
                    .put("records", count)
                    .put("failure", outcome.failures().get(node)));
            console.println(Json.print(document));
        } else {
            Table table = new Table("node", "measurements");
            count(data, outcome)
                    .forEach((node, count) ->
                            table.row(node, outcome.failures().containsKey(node) ? "missing" : String.valueOf(count)));
            table.print(console);
            if (!outcome.answers().isEmpty()) {
                DatasetPrinter.print(console, out, data);
            }
            problems.forEach(problem -> console.println("note: " + problem));
        }
        outcome.failures()
                .forEach((node, reason) -> command.getErr().println("pepper: " + node + " is missing: " + reason));
        if (!outcome.failures().isEmpty()) {
            command.getErr().println("pepper: the nodes keep their measurements; run the same command again to go on");
        }
        boolean whole = outcome.failures().isEmpty() && data.records().size() > kept(before, outcome);
        return whole ? Main.DONE : Main.REFUSED;
    }

    private static long kept(LatencyDataset before, ClusterTasks.Outcome outcome) {
        return before.records().stream()
                .filter(entry -> !outcome.answers().containsKey(entry.device().device()))
                .count();
    }

    private static Map<String, Integer> count(LatencyDataset data, ClusterTasks.Outcome outcome) {
        Map<String, Integer> counts = new TreeMap<>();
        outcome.answers().keySet().forEach(node -> counts.put(node, 0));
        outcome.failures().keySet().forEach(node -> counts.put(node, 0));
        data.records().forEach(entry -> counts.computeIfPresent(entry.device().device(), (node, count) -> count + 1));
        return counts;
    }
}
