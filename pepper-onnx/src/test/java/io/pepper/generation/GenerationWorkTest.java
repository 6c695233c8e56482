package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.cut.Cut;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import io.pepper.plan.Phases;
import io.pepper.plan.Placement;
import io.pepper.plan.Segments;
import io.pepper.session.Cancellation;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The work of text generators for planning, compared with what their parts send and keep. */
class GenerationWorkTest {
    private static final int LAYERS = 4;
    private static final GenerationLoad LOAD = new GenerationLoad(6, 3, 20, 3);

    /** Takes a second for each thousand operations. */
    private static final LatencyPredictor BY_FLOPS = (work, threads, state) -> seconds(1e-6 + flops(work) * 1e-3);

    private static double flops(Workload work) {
        return work.kernels().stream()
                .mapToDouble(kernel -> kernel.times() * kernel.flops().orElse(0))
                .sum();
    }

    private static Prediction seconds(double seconds) {
        return new Prediction(seconds, seconds, false);
    }

    @TempDir
    Path directory;

    private static Cluster cluster() {
        return Cluster.builder()
                .device(Device.of("a").withMemoryBytes(1L << 30))
                .device(Device.of("b").withMemoryBytes(1L << 30))
                .defaultLink(Link.of(1e6, 0.001))
                .source("a")
                .build();
    }

    @ParameterizedTest
    @EnumSource(
            value = Decoders.Style.class,
            names = {"ATTENTION", "CONVOLUTION", "GROUP_QUERY", "STATE"})
    void plansWhatTheStepsOfASessionSend(Decoders.Style style) throws Exception {
        byte[] bytes = Decoders.bytes(style, LAYERS);
        try (OnnxModel model = OnnxModel.load(bytes, "decoder")) {
            GenerationWork work = GenerationWork.of(model, LOAD);
            List<Cut> cuts = model.cuts(work.token().cutOptions()).list();
            GenerationSegments segments = work.segments(cuts);
            Phases phases = segments.phases(cluster(), CostModel.of(cluster(), BY_FLOPS));
            List<Segments.Flow> prompt = phases.list().get(0).costs().flows();
            List<Segments.Flow> token = phases.list().get(1).costs().flows();

            // Neighbours are on different devices, so that each segment is a stage.
            List<String> places = new ArrayList<>();
            for (int segment = 0; segment < segments.token().count(); segment++) {
                places.add(segment % 2 == 0 ? "a" : "b");
            }
            Placement spread = phases.planner().evaluate(places, Objective.LATENCY, Constraints.NONE);
            DeploymentPlan plan = DeploymentExporter.export(
                    model, segments.token(), spread, directory, DeploymentPlan.Origin.of("a test"));
            DecoderRoles roles = DecoderRoles.of(plan.partition(), (part, input) -> true);
            List<Stage> stages = stages(plan.partition(), roles);
            List<Map<String, Long>> sizes = sizesInSteps(roles, stages);
            for (int step = 0; step < 2; step++) {
                List<Segments.Flow> flows = step == 0 ? prompt : token;
                assertThat(flows.get(0).bytes() - Step.BYTES)
                        .as("tokens of step %s", step)
                        .isEqualTo((double) sizes.get(step).get(roles.tokens().name()));
                for (int cut = 1; cut <= stages.size(); cut++) {
                    double steps = cut < stages.size() ? Step.BYTES : 0;
                    assertThat(flows.get(cut).bytes() - steps)
                            .as("bytes over cut %s in step %s", cut, step)
                            .isEqualTo(crossing(stages, cut, sizes.get(step)));
                }
            }
        }
    }

    /** Returns the bytes of the tensors that stages before a cut make, and that stages after it, or the caller, read. */
    private static double crossing(List<Stage> stages, int cut, Map<String, Long> sizes) {
        Set<String> made = new HashSet<>();
        stages.subList(0, cut).forEach(stage -> made.addAll(stage.outputs()));
        Set<String> read = new HashSet<>(cut == stages.size() ? made : Set.of());
        stages.subList(cut, stages.size()).forEach(stage -> read.addAll(stage.inputs()));
        made.retainAll(read);
        if (cut == stages.size()) {
            made.retainAll(Set.of("logits"));
        }
        return made.stream()
                .mapToLong(name -> Objects.requireNonNull(sizes.get(name)))
                .sum();
    }

    private List<Stage> stages(PartitionManifest manifest, DecoderRoles roles) throws IOException {
        PartitionManifest visible = roles.visible(manifest, false);
        List<Stage> opened = Stage.openAll(directory, manifest, SessionOptions.DEFAULTS);
        List<Stage> stages = new ArrayList<>();
        for (int part = 0; part < opened.size(); part++) {
            List<String> outputs = visible.parts().get(part).outputs().stream()
                    .map(TensorInfo::name)
                    .toList();
            SequenceCaches caches = new SequenceCaches(opened.get(part).name(), OptionalLong.empty(), false);
            stages.add(new DecoderStage(
                    opened.get(part), roles, outputs, caches, Optional.of(new SequenceContexts(Map.of()))));
        }
        return stages;
    }

    /** Runs the prompt and a token, and returns the bytes of all tensors outside of the stages in each step. */
    private static List<Map<String, Long>> sizesInSteps(DecoderRoles roles, List<Stage> stages) throws Exception {
        List<Map<String, Long>> sizes = new ArrayList<>();
        int past = 0;
        for (int count : new int[] {LOAD.promptTokens(), 1}) {
            Map<String, OnnxTensorLike> known = new HashMap<>();
            known.put(Step.TENSOR, new Step(0, OptionalLong.empty(), past, count, false, List.of()).tensor());
            known.put(
                    roles.tokens().name(),
                    OnnxTensor.createTensor(
                            OrtEnvironment.getEnvironment(), LongBuffer.allocate(count), new long[] {1, count}));
            for (Stage stage : stages) {
                Map<String, OnnxTensorLike> given = new HashMap<>();
                stage.inputs().forEach(input -> given.put(input, Objects.requireNonNull(known.get(input))));
                stage.run(given, new Cancellation()).forEach((name, value) -> known.put(name, (OnnxTensor) value));
            }
            Map<String, Long> bytes = new HashMap<>();
            known.forEach((name, value) ->
                    bytes.put(name, (long) ((OnnxTensor) value).getByteBuffer().remaining()));
            sizes.add(bytes);
            known.values().forEach(OnnxTensorLike::close);
            past += count;
        }
        for (Stage stage : stages) {
            stage.close();
        }
        return sizes;
    }

    @Test
    void countsTheCachesOfAllSequencesAtTheLongestContext() throws Exception {
        try (OnnxModel model = OnnxModel.load(Decoders.bytes(Decoders.Style.ATTENTION, LAYERS), "decoder")) {
            GenerationSegments one =
                    GenerationWork.of(model, new GenerationLoad(6, 5, 30, 1)).segments(List.of());
            GenerationSegments five =
                    GenerationWork.of(model, new GenerationLoad(6, 5, 30, 5)).segments(List.of());
            GenerationSegments longer =
                    GenerationWork.of(model, new GenerationLoad(6, 5, 60, 1)).segments(List.of());
            assertThat(longer.cacheBytes(0)).isEqualTo(2 * one.cacheBytes(0));
            double bytes = memory(five) - memory(one);
            assertThat(bytes).isEqualTo(4 * one.cacheBytes(0));
        }
    }

    private static double memory(GenerationSegments segments) {
        return segments.phases(cluster(), CostModel.of(cluster(), BY_FLOPS))
                .planner()
                .plan(Objective.LATENCY)
                .parts()
                .get(0)
                .memoryBytes();
    }

    /** A device that is fast with many operations, and slow to begin, against one that begins at once. */
    @Test
    void thePromptAndTheTokensPayForEachOther() throws Exception {
        LatencyPredictor predictor = (work, threads, state) -> {
            double flops = flops(work);
            return seconds(state.device().equals("a") ? flops * 1e-6 : 0.5 + flops * 1e-9);
        };
        try (OnnxModel model = OnnxModel.load(Decoders.bytes(Decoders.Style.ATTENTION, LAYERS), "decoder")) {
            Phases phases = GenerationWork.of(model, new GenerationLoad(200, 100, 400, 1))
                    .segments(List.of())
                    .phases(cluster(), CostModel.of(cluster(), predictor));
            List<Phases.Turn> turns = phases.turns(GenerationSegments.TOKEN, Metric.LATENCY, Constraints.NONE);
            assertThat(turns).extracting(turn -> device(turn.then())).containsExactly("b", "a");
            double few = Math.floor(turns.get(1).times());
            assertThat(device(phases.withTimes(GenerationSegments.TOKEN, few)
                            .planner()
                            .plan(Objective.LATENCY)))
                    .isEqualTo("b");
            assertThat(device(phases.withTimes(GenerationSegments.TOKEN, few + 1)
                            .planner()
                            .plan(Objective.LATENCY)))
                    .isEqualTo("a");
        }
    }

    private static String device(Placement placement) {
        return placement.parts().get(0).device().name();
    }

    @Test
    void theFirstNewTokenComesFromThePrompt() {
        assertThat(GenerationLoad.of(7, 1).tokenSteps()).isZero();
        assertThat(GenerationLoad.of(7, 4).tokenSteps()).isEqualTo(3);
        assertThat(GenerationLoad.of(7, 4).middleTokens()).isEqualTo(8);
    }

    @Test
    void refusesAModelWithoutCachesAndLoadsThatDoNotFit() throws Exception {
        try (OnnxModel model = OnnxModel.load(Topologies.get("residual").bytes(), "residual")) {
            assertThatThrownBy(() -> GenerationWork.of(model, LOAD))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("the model has no caches");
        }
        assertThatThrownBy(() -> new GenerationLoad(10, 10, 19, 1))
                .hasMessage("a context of 19 tokens is too short for 10 of the prompt and 10 new ones");
        assertThatThrownBy(() -> new GenerationLoad(0, 10, 19, 1))
                .hasMessageContaining("the tokens of the prompt are 1 to");
        assertThatThrownBy(() -> new GenerationLoad(1, 10, 19, 0)).hasMessageContaining("the sequences are 1 to");
    }
}
