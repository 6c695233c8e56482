package io.pepper.bench;

import ai.onnxruntime.OnnxTensor;
import io.pepper.export.PartitionManifest;
import io.pepper.measure.internal.Quantiles;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCosts;
import io.pepper.session.ModelSession;
import io.pepper.session.PipelineOptions;
import io.pepper.session.PipelineSession;
import io.pepper.session.RandomInputs;
import io.pepper.session.RunOutputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The throughput of a pipeline of two parts, each in a process on a processor of its own, compared with the same
 * pipeline in one process that has both processors. Called as {@code PipelineTable MODEL [REQUESTS]}; needs
 * {@code taskset}. The two take turns, so that slow periods of the machine affect both.
 */
final class PipelineTable {
    private static final int REQUESTS = 40;
    private static final int TURNS = 7;
    private static final long SEED = 42;
    private static final double NANOS = 1e9;

    private PipelineTable() {}

    public static void main(String... args) throws Exception {
        Path file = Path.of(args[0]);
        int requests = args.length > 1 ? Integer.parseInt(args[1]) : REQUESTS;
        try (PartsDirectory directory = new PartsDirectory()) {
            PartitionManifest manifest = new ListedModel(String.valueOf(file.getFileName()), file, InputShapes.NONE)
                    .export(2, ModelCosts::cutOptionsAtStageEnds, directory.path());
            try (FlowNodes nodes = new FlowNodes(manifest)) {
                nodes.serve(directory.path(), "taskset", "-c", "0", FlowNodes.java());
                nodes.serve(directory.path(), "taskset", "-c", "1", FlowNodes.java());
                try (PipelineSession here = PipelineSession.open(directory.path(), PipelineOptions.DEFAULTS);
                        ModelSession across = nodes.session()) {
                    compare(manifest, directory.path(), List.of(here, across), requests);
                }
            }
        }
    }

    private static void compare(PartitionManifest manifest, Path directory, List<ModelSession> sessions, int requests)
            throws Exception {
        double[] here = new double[TURNS];
        double[] across = new double[TURNS];
        double[] ratios = new double[TURNS];
        for (int turn = -1; turn < TURNS; turn++) {
            double first = perSecond(sessions.get(0), manifest, directory, requests);
            double second = perSecond(sessions.get(1), manifest, directory, requests);
            if (turn >= 0) {
                here[turn] = first;
                across[turn] = second;
                ratios[turn] = second / first;
            }
        }
        System.out.println("| requests in a second | in one process | two processes | ratio |");
        System.out.println("|---|---|---|---|");
        System.out.printf(
                Locale.ROOT,
                "| %s | %.2f | %.2f | %.2f |%n",
                manifest.modelName(),
                Quantiles.of(here).median(),
                Quantiles.of(across).median(),
                Quantiles.of(ratios).median());
    }

    private static double perSecond(ModelSession session, PartitionManifest manifest, Path directory, int requests)
            throws IOException {
        List<Map<String, OnnxTensor>> inputs = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            inputs.add(RandomInputs.of(directory, manifest.inputs(), InputShapes.NONE, SEED + i));
        }
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        long begin = System.nanoTime();
        for (Map<String, OnnxTensor> input : inputs) {
            answers.add(session.submit(input).thenAccept(RunOutputs::close));
        }
        answers.forEach(CompletableFuture::join);
        return requests * NANOS / (System.nanoTime() - begin);
    }
}
