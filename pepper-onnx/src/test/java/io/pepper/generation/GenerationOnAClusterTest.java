package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterParts;
import io.pepper.distributed.ClusterSession;
import io.pepper.distributed.ClusterSessionOptions;
import io.pepper.distributed.TestCluster;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.WeightStorage;
import io.pepper.model.ProgressListener;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Objective;
import io.pepper.plan.Phases;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text generators whose caches are on the nodes of a cluster, against the same parts in one process. */
class GenerationOnAClusterTest {
    private static final int LAYERS = 4;
    private static final int NEW_TOKENS = 12;
    private static final Sampling SAMPLING = Sampling.GREEDY.withMaxNewTokens(NEW_TOKENS);
    private static final List<List<Long>> PROMPTS = List.of(
            List.of(3L, 17L, 0L, 39L, 8L),
            List.of(5L),
            List.of(11L, 2L),
            List.of(30L, 31L, 32L),
            List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L),
            List.of(39L),
            List.of(20L, 20L),
            List.of(9L, 8L, 7L));
    private static final LatencyPredictor BY_OPERATORS = (work, threads, state) -> {
        double seconds = 1e-3 * (1 + work.total().operators());
        return new Prediction(seconds, seconds, false);
    };

    @TempDir
    Path directory;

    private Path parts(Decoders.Style style) throws IOException {
        Cluster cluster = Cluster.builder()
                .device(Device.of("a"))
                .device(Device.of("b"))
                .link("a", "b", Link.of(1e9, 0.0001))
                .source("a")
                .build();
        Path target = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(Decoders.bytes(style, LAYERS), "decoder")) {
            GenerationWork work = GenerationWork.of(model, GenerationLoad.of(5, NEW_TOKENS));
            GenerationSegments segments =
                    work.segments(model.cuts(work.token().cutOptions()).list());
            Phases phases = segments.phases(cluster, CostModel.of(cluster, BY_OPERATORS));
            DeploymentExporter.export(
                    model,
                    segments.token(),
                    phases.planner().plan(Objective.THROUGHPUT, Constraints.NONE.withMinDevices(2)),
                    target,
                    DeploymentPlan.Origin.of("a test"));
        }
        return target;
    }

    private static List<List<Long>> here(Path parts) throws IOException {
        try (GenerationSession session = GenerationSession.open(parts)) {
            List<List<Long>> tokens = new ArrayList<>();
            for (List<Long> prompt : PROMPTS) {
                tokens.add(session.generate(prompt, SAMPLING).tokens());
            }
            return tokens;
        }
    }

    private static GenerationSession open(ClusterClient client) throws IOException {
        return ClusterSession.openGeneration(
                client, "decoder", ClusterSessionOptions.DEFAULTS, GenerationOptions.DEFAULTS);
    }

    @Test
    void sessionsDoNotMixTheirSequences() throws Exception {
        for (Decoders.Style style : List.of(Decoders.Style.ATTENTION, Decoders.Style.CONVOLUTION)) {
            Path parts = parts(style);
            try (TestCluster cluster = new TestCluster(directory.resolve(style.name()))) {
                cluster.node("a");
                cluster.node("b");
                ClusterClient client = cluster.client();
                client.deploy("decoder", parts, 0, ProgressListener.NONE);
                try (GenerationSession one = open(client);
                        GenerationSession other = open(client)) {
                    List<List<Long>> tokens = new ArrayList<>();
                    for (int i = 0; i < PROMPTS.size(); i++) {
                        tokens.add((i % 2 == 0 ? one : other)
                                .generate(PROMPTS.get(i), SAMPLING)
                                .tokens());
                    }
                    assertThat(tokens).as(style.name()).isEqualTo(here(parts));
                    assertThat(one.replays() + other.replays()).isZero();
                    assertThat(one.cacheBytes()).isEmpty();
                    assertThat(one.metrics()).hasSizeGreaterThan(1);
                }
            }
        }
    }

    /** A saved sequence goes from a process to a cluster and back. On the nodes, its caches are computed again. */
    @Test
    void aSavedSequenceContinuesOnAClusterAndBackHere() throws Exception {
        Path parts = parts(Decoders.Style.CONVOLUTION);
        List<Long> prompt = PROMPTS.get(0);
        List<Long> expected = here(parts).get(0);
        Path file = directory.resolve("saved.sequence");
        Sampling four = Sampling.GREEDY.withMaxNewTokens(NEW_TOKENS / 3);
        List<Long> found = new ArrayList<>();
        try (TestCluster cluster = new TestCluster(directory);
                GenerationSession session = GenerationSession.open(parts)) {
            cluster.node("a");
            cluster.node("b");
            ClusterClient client = cluster.client();
            client.deploy("decoder", parts, 0, ProgressListener.NONE);
            try (TokenSequence sequence = session.newSequence();
                    GenerationSession there = open(client)) {
                found.addAll(sequence.generate(prompt, four, token -> true).tokens());
                sequence.save(file);
                long withCaches = Files.size(file);
                try (TokenSequence restored = there.restore(file)) {
                    found.addAll(restored.generate(List.of(restored.chosen().orElseThrow()), four, token -> true)
                            .tokens());
                    assertThat(there.replays()).isOne();
                    restored.save(file);
                }
                assertThat(Files.size(file)).as("the tokens alone").isLessThan(withCaches / 4);
            }
            try (TokenSequence restored = session.restore(file)) {
                found.addAll(restored.generate(List.of(restored.chosen().orElseThrow()), four, token -> true)
                        .tokens());
                assertThat(session.replays()).isOne();
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    /** A node ends while several sequences run; another one computes their caches again. */
    @Test
    void sequencesSurviveTheLossOfANode() throws Exception {
        Path parts = parts(Decoders.Style.ATTENTION);
        List<List<Long>> expected = here(parts);
        ExecutorService callers = Executors.newFixedThreadPool(PROMPTS.size());
        try (TestCluster cluster = new TestCluster(directory)) {
            cluster.node("a");
            cluster.node("b");
            cluster.node("c");
            ClusterClient client = cluster.client();
            client.deploy("decoder", parts, 1, ProgressListener.NONE);
            try (GenerationSession session = open(client)) {
                CountDownLatch begun = new CountDownLatch(PROMPTS.size());
                CountDownLatch lost = new CountDownLatch(1);
                List<Future<List<Long>>> running = new ArrayList<>();
                for (List<Long> prompt : PROMPTS) {
                    AtomicInteger made = new AtomicInteger();
                    running.add(callers.submit(() -> session.generate(prompt, SAMPLING, token -> {
                                if (made.incrementAndGet() == NEW_TOKENS / 2) {
                                    begun.countDown();
                                    await(lost);
                                }
                                return true;
                            })
                            .tokens()));
                }
                await(begun);
                cluster.end("b");
                lost.countDown();
                for (int i = 0; i < PROMPTS.size(); i++) {
                    assertThat(running.get(i).get()).as("sequence %s", i).isEqualTo(expected.get(i));
                }
                assertThat(session.replays())
                        .as("each sequence lost caches with the node")
                        .isGreaterThanOrEqualTo(PROMPTS.size());
            }
        } finally {
            callers.shutdownNow();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aNodeDropsTheCachesOfTheSequenceThatWasUsedLeastRecently() throws Exception {
        Path parts = parts(Decoders.Style.ATTENTION);
        try (TestCluster cluster = new TestCluster(directory)) {
            cluster.node("a", options -> options.withCacheMemory(20_000));
            cluster.node("b", options -> options.withCacheMemory(20_000));
            ClusterClient client = cluster.client();
            client.deploy("decoder", parts, 0, ProgressListener.NONE);
            try (GenerationSession session = open(client);
                    TokenSequence one = session.newSequence();
                    TokenSequence other = session.newSequence()) {
                List<Long> prompt = new ArrayList<>();
                for (long token = 0; token < 18; token++) {
                    prompt.add(token);
                }
                float[] first = one.append(prompt);
                other.append(prompt);
                one.append(List.of(1L));
                assertThat(session.replays()).isPositive();
                one.truncate(prompt.size() - 1);
                assertThat(one.append(List.of(17L))).containsExactly(first, offset(1e-3f));
            }
        }
    }

    @Test
    void refusesADeploymentThatIsNoTextGenerator() throws Exception {
        Path parts = ClusterParts.write(directory.resolve("parts"), WeightStorage.INLINE, 4, "a", "b");
        try (TestCluster cluster = new TestCluster(directory)) {
            cluster.node("a");
            cluster.node("b");
            ClusterClient client = cluster.client();
            client.deploy("decoder", parts, 0, ProgressListener.NONE);
            assertThatThrownBy(() -> open(client))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("the model has no caches");
        }
    }
}
