package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.GenerationPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.generation.Generated;
import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.Sampling;
import io.pepper.model.Dimension;
import io.pepper.model.InputShapes;
import io.pepper.session.ClusterEmulation;
import io.pepper.session.PipelineOptions;
import io.pepper.session.RandomInputs;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A rehearsal of the task of a text generator's plan: prompts of random tokens, as long as the plan has them, and as many
 * new tokens.
 *
 * @param directory the directory of the parts
 * @param plan the plan, which has a task
 * @param seed of the tokens and of inputs that are the same in all steps
 * @param rounds how often the task runs
 * @param together whether all sequences of the task run at the same time, or one alone
 * @param warmUp for how long tokens are generated and discarded first
 */
record GenerationRehearsal(
        Path directory, DeploymentPlan plan, long seed, int rounds, boolean together, Duration warmUp) {
    /** The number of tokens to choose from if the model does not tell its own: any embedding has a first one. */
    private static final long UNKNOWN_VOCABULARY = 1;

    /** Returns whether a plan has a task to rehearse. */
    static boolean isFor(Optional<DeploymentPlan> plan) {
        return plan.flatMap(DeploymentPlan::generation).isPresent();
    }

    /** Returns the message to a caller who gives inputs, with the command that takes them. */
    static String refusal(Path directory, Path cluster) {
        return "the plan of " + directory + " is of a text generator: its rehearsal makes prompts and caches itself,"
                + " without --input, --shape, --dim, --out and --remote. For tokens of your own: generate "
                + directory + " --prompt-tokens 1,2,3 --rehearse " + cluster;
    }

    /**
     * Runs the task on emulated devices and prints its times beside the planned ones.
     *
     * @param notes remarks of the command
     */
    void run(SessionOptions options, ClusterEmulation emulation, List<String> notes, boolean asJson, PrintWriter out)
            throws IOException {
        PipelineOptions pipeline = PipelineOptions.DEFAULTS.withRuntime(options).withEmulation(emulation);
        GenerationPlan task = plan.generation().orElseThrow();
        List<List<Long>> prompts = prompts(task, together ? task.sequences() : 1);
        GenerationRun run =
                new GenerationRun(prompts, Sampling.GREEDY.withMaxNewTokens(task.newTokens()), Optional.empty());
        List<String> all = new ArrayList<>(notes);
        all.addAll(GenerateCommand.notes(emulation));
        try (GenerationSession session =
                GenerationSession.open(directory, GenerationOptions.DEFAULTS.withPipeline(pipeline))) {
            WarmUpOptions.warmUp(warmUp, session, run, this::begin);
            List<StageMetrics> before = session.metrics();
            List<Generated> generated = new ArrayList<>();
            long begin = System.nanoTime();
            for (int round = 0; round < rounds; round++) {
                generated.addAll(run.run(session, this::begin, Optional.empty()).generated());
            }
            long nanos = System.nanoTime() - begin;
            GenerationPrinter printer = new GenerationPrinter(
                    session, generated, nanos, new GenerationBackground(plan.phases(), all, before));
            print(printer, prompts, all, mode(task, prompts.size()), asJson, out);
        }
    }

    private static String mode(GenerationPlan task, int sequences) {
        return (sequences == 1 ? "1 sequence" : sequences + " sequences at once") + " of " + task.promptTokens()
                + " prompt tokens and " + task.newTokens() + " new ones, emulated";
    }

    private void print(
            GenerationPrinter printer,
            List<List<Long>> prompts,
            List<String> notes,
            String mode,
            boolean asJson,
            PrintWriter out) {
        if (asJson) {
            ObjectNode document =
                    Json.object().put("partition", directory.toString()).put("mode", mode);
            document.setAll(printer.json(prompts, List.of()));
            out.println(Json.print(new Remarks(notes, plan.caveats()).addTo(document)));
            return;
        }
        out.println(mode);
        printer.print(out);
        new Remarks(List.of(), plan.caveats()).print(out);
    }

    private List<List<Long>> prompts(GenerationPlan task, int count) {
        long vocabulary = vocabulary(plan.partition());
        Random random = new Random(seed);
        List<List<Long>> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            prompts.add(random.longs(task.promptTokens(), 0, vocabulary).boxed().toList());
        }
        return prompts;
    }

    /** Returns the number of different tokens: the last axis of the logits, which do not stay with a part. */
    private static long vocabulary(PartitionManifest manifest) {
        Set<String> staying = manifest.recognized().staying();
        return manifest.outputs().stream()
                .filter(output -> !staying.contains(output.name()))
                .flatMap(output -> output.shape().stream())
                .filter(shape -> !shape.isEmpty())
                .mapToLong(shape -> {
                    Dimension last = shape.get(shape.size() - 1);
                    return last.size().orElse(UNKNOWN_VOCABULARY);
                })
                .findFirst()
                .orElse(UNKNOWN_VOCABULARY);
    }

    /** Begins a sequence, with random values of the inputs that are the same in all steps. */
    private GenerationRun.Begun begin(GenerationSession session, List<Long> prompt) throws IOException {
        if (session.contextInputs().isEmpty()) {
            return new GenerationRun.Begun(session.newSequence(), prompt, Optional.empty());
        }
        Map<String, OnnxTensor> tensors = RandomInputs.of(session.contextInputs(), InputShapes.NONE, seed);
        try {
            return new GenerationRun.Begun(session.newSequence(tensors), prompt, Optional.empty());
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }
}
