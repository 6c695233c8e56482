package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterSession;
import io.pepper.distributed.ClusterSessionOptions;
import io.pepper.distributed.TestCluster;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.CandidateCuts;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Objective;
import io.pepper.plan.Planner;
import io.pepper.session.Faults;
import io.pepper.session.PartitionedSession;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.session.StageException;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoders with the states of an encoder, or its keys and values, whose parts run elsewhere, against the same parts here. */
class ContextsOnAClusterTest {
    private static final int LAYERS = 4;
    private static final int SEQUENCES = 4;
    private static final List<Long> PROMPT = List.of(3L, 17L, 0L, 39L, 8L);
    private static final Sampling SAMPLING = Sampling.GREEDY.withMaxNewTokens(8);
    private static final int HALF = 4;

    @TempDir
    Path directory;

    static List<ExportStyle> styles() {
        return ExportStyle.encoderDecoders();
    }

    private Path parts(ExportStyle style) throws IOException {
        Cluster cluster = Cluster.builder()
                .device(Device.of("a"))
                .device(Device.of("b"))
                .link("a", "b", Link.of(1e9, 0.0001))
                .source("a")
                .build();
        InputShapes sizes = InputShapes.NONE
                .withDimension("batch_size", 1)
                .withDimension("sequence_length", 1)
                .withDimension("past_sequence_length", 1)
                .withDimension("encoder_sequence_length", 7);
        Path target = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(ExportedDecoder.bytes(style, LAYERS), "decoder")) {
            ModelCosts costs = model.costs(model.shapes(sizes));
            ModelSegments segments =
                    costs.segments(CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), LAYERS - 1));
            Planner planner = Planner.of(
                    cluster,
                    CostModel.of(cluster, (work, threads, state) -> {
                                double seconds = 1e-3 * (1 + work.total().operators());
                                return new Prediction(seconds, seconds, false);
                            })
                            .table(segments));
            DeploymentExporter.export(
                    model,
                    segments,
                    planner.plan(
                            Objective.THROUGHPUT,
                            Constraints.NONE.withReuse(false).withMinDevices(2)),
                    target,
                    DeploymentPlan.Origin.of("a test"));
        }
        return target;
    }

    private static List<List<Long>> here(ExportStyle style, Path parts) throws Exception {
        try (GenerationSession session = GenerationSession.open(parts)) {
            List<List<Long>> tokens = new ArrayList<>();
            for (int seed = 0; seed < SEQUENCES; seed++) {
                try (TokenSequence sequence = begin(session, style, seed)) {
                    tokens.add(
                            sequence.generate(PROMPT, SAMPLING, token -> true).tokens());
                }
            }
            assertThat(tokens.stream().distinct()).as("the encoder matters").hasSizeGreaterThan(1);
            return tokens;
        }
    }

    /** The caller closes the tensors at once. */
    private static TokenSequence begin(GenerationSession session, ExportStyle style, long seed) throws Exception {
        Map<String, OnnxTensor> contexts = EncoderTensors.of(style, LAYERS, seed);
        try {
            return session.newSequence(contexts);
        } finally {
            contexts.values().forEach(OnnxTensor::close);
        }
    }

    private static GenerationSession open(ClusterClient client) throws IOException {
        return ClusterSession.openGeneration(
                client, "decoder", ClusterSessionOptions.DEFAULTS, GenerationOptions.DEFAULTS);
    }

    /** Sequences with their own encoders run in turns; a node ends in the middle of all of them. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("styles")
    void sequencesKeepTheirEncoderAlsoWhenANodeIsLost(ExportStyle style) throws Exception {
        Path parts = parts(style);
        List<List<Long>> expected = here(style, parts);
        try (TestCluster cluster = new TestCluster(directory)) {
            cluster.node("a");
            cluster.node("b");
            cluster.node("c");
            ClusterClient client = cluster.client();
            client.deploy("decoder", parts, 1, ProgressListener.NONE);
            try (GenerationSession session = open(client)) {
                assertThat(session.contextInputs()).isNotEmpty();
                assertThatThrownBy(session::newSequence)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("which is the same in all its steps");
                List<TokenSequence> sequences = new ArrayList<>();
                List<List<Long>> tokens = new ArrayList<>();
                for (int seed = 0; seed < SEQUENCES; seed++) {
                    sequences.add(begin(session, style, seed));
                    tokens.add(new ArrayList<>(sequences
                            .get(seed)
                            .generate(PROMPT, SAMPLING.withMaxNewTokens(HALF), token -> true)
                            .tokens()));
                }
                assertThat(session.replays()).isZero();
                TokenSequence branch = sequences.get(0).fork();
                cluster.end("b");
                for (int seed = 0; seed < SEQUENCES; seed++) {
                    tokens.get(seed).addAll(rest(sequences.get(seed), tokens.get(seed)));
                }
                assertThat(tokens).isEqualTo(expected);
                assertThat(session.replays()).isGreaterThanOrEqualTo(SEQUENCES);
                sequences.forEach(TokenSequence::close);
                assertThat(rest(branch, tokens.get(0).subList(0, HALF)))
                        .as("a branch")
                        .isEqualTo(expected.get(0).subList(HALF, expected.get(0).size()));
                branch.truncate(0);
                assertThat(branch.generate(PROMPT, SAMPLING, token -> true).tokens())
                        .as("cut back to nothing")
                        .isEqualTo(expected.get(0));
            }
        }
    }

    /** A saved sequence brings its encoder along, to a session here and to nodes. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("styles")
    void aSavedSequenceBringsItsEncoder(ExportStyle style) throws Exception {
        Path parts = parts(style);
        List<Long> expected = here(style, parts).get(1);
        Path file = directory.resolve("sequence");
        try (GenerationSession session = GenerationSession.open(parts);
                TokenSequence sequence = begin(session, style, 1)) {
            sequence.generate(PROMPT, SAMPLING.withMaxNewTokens(HALF), token -> true);
            sequence.save(file);
        }
        List<Long> left = expected.subList(HALF, expected.size());
        try (GenerationSession session = GenerationSession.open(parts);
                TokenSequence sequence = session.restore(file)) {
            assertThat(rest(sequence, expected)).isEqualTo(left);
            assertThat(session.replays()).isZero();
        }
        try (TestCluster cluster = new TestCluster(directory)) {
            cluster.node("a");
            cluster.node("b");
            ClusterClient client = cluster.client();
            client.deploy("decoder", parts, 1, ProgressListener.NONE);
            try (GenerationSession session = open(client);
                    TokenSequence sequence = session.restore(file)) {
                assertThat(rest(sequence, expected)).isEqualTo(left);
                assertThat(session.replays()).isPositive();
            }
        }
    }

    private static List<Long> rest(TokenSequence sequence, List<Long> made) throws IOException {
        return sequence.generate(List.of(made.get(HALF - 1)), SAMPLING.withMaxNewTokens(HALF), token -> true)
                .tokens();
    }

    /** Stages that keep what they need themselves, as on a node, and the bytes that they received in each step. */
    private static final class Elsewhere {
        private final List<DecoderStage> stages = new ArrayList<>();
        private final List<Long> received = new ArrayList<>();

        GenerationSession open(Path directory, OptionalLong limit) throws IOException {
            PartitionManifest manifest = PartitionManifest.read(directory);
            GenerationParts parts = GenerationParts.of(directory, manifest, part -> true, ReadOptions.DEFAULTS);
            List<Stage> opened = Stage.openAll(directory, manifest, SessionOptions.DEFAULTS);
            for (int part = 0; part < opened.size(); part++) {
                stages.add(parts.keeping(
                        part,
                        opened.get(part),
                        new SequenceCaches(opened.get(part).name(), limit, true),
                        Optional.empty()));
            }
            List<Stage> counted = stages.stream().map(this::counted).collect(Collectors.toList());
            return GenerationSession.over(
                    parts,
                    PartitionedSession.of(parts.manifest(), counted, SessionOptions.DEFAULTS),
                    GenerationOptions.DEFAULTS);
        }

        private Stage counted(DecoderStage stage) {
            return new Faults(stage)
                    .listen(inputs -> inputs.forEach((input, value) -> received.add(
                            input.contains("encoder") ? CacheTensor.bytes(((OnnxTensor) value).getInfo()) : 0)));
        }

        long received() {
            return received.stream().mapToLong(Long::longValue).sum();
        }

        long bytes() {
            return stages.stream().mapToLong(stage -> stage.caches().bytes()).sum();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("styles")
    void anEncoderIsSentOnceCountsAsCacheAndIsReleased(ExportStyle style) throws Exception {
        Path parts = parts(style);
        Elsewhere elsewhere = new Elsewhere();
        try (GenerationSession session = elsewhere.open(parts, OptionalLong.empty())) {
            long one = 0;
            for (int round = 0; round < 3; round++) {
                elsewhere.received.clear();
                try (TokenSequence sequence = begin(session, style, round)) {
                    sequence.append(PROMPT);
                    long sent = elsewhere.received();
                    assertThat(sent).isPositive();
                    try (TokenSequence branch = sequence.fork()) {
                        branch.append(List.of(1L));
                    }
                    sequence.append(List.of(1L));
                    assertThat(elsewhere.received())
                            .as("sent once, also for a branch")
                            .isEqualTo(sent);
                    one = round == 0 ? elsewhere.bytes() : one;
                    assertThat(elsewhere.bytes())
                            .as("closed sequences leave nothing")
                            .isEqualTo(one)
                            .isGreaterThan(sent);
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("styles")
    void atTheLimitAnEncoderIsDroppedWithItsSequenceAndSentAgain(ExportStyle style) throws Exception {
        Path parts = parts(style);
        List<List<Long>> expected = here(style, parts);
        Elsewhere unlimited = new Elsewhere();
        long most;
        try (GenerationSession session = unlimited.open(parts, OptionalLong.empty());
                TokenSequence sequence = begin(session, style, 0)) {
            sequence.generate(PROMPT, SAMPLING, token -> true);
            most = unlimited.stages.stream()
                    .mapToLong(stage -> stage.caches().bytes())
                    .max()
                    .orElseThrow();
        }
        Elsewhere limited = new Elsewhere();
        try (GenerationSession session = limited.open(parts, OptionalLong.of(most * 3 / 2));
                TokenSequence one = begin(session, style, 0);
                TokenSequence other = begin(session, style, 1)) {
            List<Long> first = new ArrayList<>(one.generate(PROMPT, SAMPLING.withMaxNewTokens(HALF), token -> true)
                    .tokens());
            assertThat(other.generate(PROMPT, SAMPLING, token -> true).tokens()).isEqualTo(expected.get(1));
            first.addAll(rest(one, first));
            assertThat(first).isEqualTo(expected.get(0));
            assertThat(session.replays()).isPositive();
        }
        try (GenerationSession session = new Elsewhere().open(parts, OptionalLong.of(100));
                TokenSequence sequence = begin(session, style, 0)) {
            assertThatThrownBy(() -> sequence.append(PROMPT))
                    .isInstanceOf(StageException.class)
                    .hasMessageContaining("would exceed the limit of 100 B");
        }
    }
}
