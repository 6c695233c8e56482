package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.cut.Cut;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.ModelCharacteristics;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partition;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Objective;
import io.pepper.plan.Phases;
import io.pepper.plan.Placement;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A text generator with packed weights: counted by hand, divided at each cut, verified, planned and run. */
class QuantizedDecoderTest {
    private static final int LAYERS = 3;
    private static final List<Long> PROMPT = List.of(3L, 17L, 0L, 39L, 8L);

    /** The weights of products of one layer, and of the head. */
    private static final long LAYER = 64 * (64 + 32 + 32 + 64) + 3 * 64 * 128;

    private static final long HEAD = 64 * 48;

    @TempDir
    Path directory;

    private static OnnxModel load(int bits) throws Exception {
        return OnnxModel.load(QuantizedDecoder.bytes(bits, LAYERS), "quantized");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void aWeightIsAParameterAndTakesItsBits(int bits) throws Exception {
        try (OnnxModel model = load(bits)) {
            ModelCharacteristics found =
                    GenerationWork.of(model, GenerationLoad.of(5, 2)).token().characteristics();
            long packed = LAYERS * LAYER + HEAD + 48 * 64;
            // Blocks of 32 weights have a scale each, and those of products a zero point; an odd one fills its byte.
            long scales = packed / 32;
            long zeros = LAYERS * LAYER / 32 + HEAD / 32;
            // Weights of normalisations, cosines and sines.
            long floats = (2 * LAYERS + 1) * 64 + 2 * 128 * 16;
            assertThat(found.parameters()).isEqualTo(packed + scales + zeros + floats);
            long whole = 2 * Long.BYTES; // The axis of a sum, and a one.
            assertThat(found.weightBytes())
                    .isEqualTo((packed + zeros) * bits / 8 + (scales + floats) * Float.BYTES + whole);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void bothPhasesAreCountedByHand(int bits) throws Exception {
        try (OnnxModel model = load(bits)) {
            GenerationWork work = GenerationWork.of(model, GenerationLoad.of(5, 2));
            assertThat(work.prompt().characteristics().unknownOperators()).isEmpty();
            for (long[] phase : new long[][] {{5, 5}, {1, 6}}) {
                long tokens = phase[0];
                long keys = phase[1];
                ModelCharacteristics found = (tokens == 5 ? work.prompt() : work.token()).characteristics();
                long macs = tokens * (LAYERS * (LAYER + keys * 128) + HEAD);
                assertThat(found.macs()).hasValue(macs);
                // Softmax of two heads, rotation of 64 and 32 elements, gate of 128 by a sigmoid and two products, sums
                // with
                // normalisation; the weights are unpacked once.
                long layer = 2 * keys * 6 + 3 * 96 + 128 * 6 + 2 * 5 * 64;
                long unpacked = 2 * (LAYERS * LAYER + HEAD);
                long begin = 2 * 64 + 4 * 64; // The embedding, and its normalisation.
                long lengths = keys + 1; // The sum of the mask, less one.
                assertThat(found.flops()).hasValue(2 * macs + tokens * (LAYERS * layer + begin) + unpacked + lengths);
            }
        }
    }

    @Test
    void packedProductsAreKernelsOfIntegersThatReadTheirBytes() throws Exception {
        try (OnnxModel model = load(4)) {
            Workload token =
                    GenerationWork.of(model, GenerationLoad.of(5, 2)).token().workload();
            List<Kernel> products = token.kernels().stream()
                    .filter(kernel -> kernel.family() == KernelFamily.QUANTIZED)
                    .toList();
            assertThat(products.stream().mapToDouble(Kernel::times).sum()).isEqualTo(7 * LAYERS + 1);
            assertThat(products)
                    .allSatisfy(kernel -> assertThat(kernel.toString()).contains("64"));
            assertThat(token.kernels().stream()
                            .filter(kernel -> kernel.family() == KernelFamily.ATTENTION)
                            .mapToDouble(Kernel::times)
                            .sum())
                    .isEqualTo(LAYERS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void eachCutGivesTheTokensAndLogitsOfTheWhole(int bits) throws Exception {
        try (OnnxModel model = load(bits)) {
            List<Cut> cuts = model.cuts(GenerationWork.of(model, GenerationLoad.of(5, 2))
                            .token()
                            .cutOptions())
                    .list();
            assertThat(cuts).hasSizeGreaterThanOrEqualTo(LAYERS);
            for (int i = 0; i < cuts.size(); i++) {
                Path parts = directory.resolve("cut" + i);
                SubmodelExporter.export(model, Partition.of(model.graph(), List.of(cuts.get(i))), parts);
                GenerationVerification found = GenerationVerification.of(model, parts, PROMPT, 12, Decoders.EXACT);
                assertThat(found.identical()).as("cut %s: %s", i, cuts.get(i)).isTrue();
                assertThat(Set.copyOf(found.tokens()))
                        .as("a test that says something")
                        .hasSizeGreaterThan(2);
            }
        }
    }

    /** Mixtures of experts run in ONNX Runtime's build for processors, too. */
    @ParameterizedTest
    @CsvSource({"4, EXPERTS", "4, PACKED_EXPERTS", "8, PACKED_EXPERTS"})
    void decodersWithExpertsGiveTheTokensOfTheWhole(int bits, QuantizedDecoder.Feed feed) throws Exception {
        try (OnnxModel model = OnnxModel.load(QuantizedDecoder.bytes(bits, LAYERS, feed), "experts")) {
            GenerationWork work = GenerationWork.of(model, GenerationLoad.of(5, 2));
            ModelCharacteristics token = work.token().characteristics();
            assertThat(token.unknownOperators()).isEmpty();
            long attention = LAYERS * (64 * (64 + 32 + 32 + 64) + 6 * 128);
            long experts = LAYERS * (64 * 4 + 2 * 2 * 64 * 128);
            assertThat(token.macs()).hasValue(attention + experts + HEAD);
            List<Cut> cuts = model.cuts(work.token().cutOptions()).list();
            assertThat(cuts).hasSizeGreaterThanOrEqualTo(LAYERS);
            Path parts = directory.resolve("parts");
            SubmodelExporter.export(model, Partition.of(model.graph(), cuts), parts);
            GenerationVerification found = GenerationVerification.of(model, parts, PROMPT, 12, Decoders.EXACT);
            assertThat(found.identical()).isTrue();
            assertThat(Set.copyOf(found.tokens())).hasSizeGreaterThan(1);
        }
    }

    @Test
    void itIsPlannedWithItsPackedBytesAndGenerates() throws Exception {
        try (OnnxModel model = load(4)) {
            long bytes = model.weightBytes();
            Cluster cluster = Cluster.builder()
                    .device(Device.of("a").withMemoryBytes(bytes))
                    .device(Device.of("b").withMemoryBytes(bytes))
                    .defaultLink(Link.of(1e6, 0.001))
                    .source("a")
                    .build();
            GenerationWork work = GenerationWork.of(model, GenerationLoad.of(5, 12));
            GenerationSegments segments =
                    work.segments(model.cuts(work.token().cutOptions()).list());
            CostModel costs = CostModel.of(cluster, (piece, threads, state) -> new Prediction(1e-3, 1e-3, false))
                    .withRuntimeBytes(0);
            Phases phases = segments.phases(cluster, costs);
            Placement best = phases.planner().plan(Objective.LATENCY, Constraints.NONE);
            assertThat(best.parts())
                    .as("the whole needs its activations and caches too")
                    .hasSize(2);
            DeploymentExporter.export(model, segments.token(), best, directory, DeploymentPlan.Origin.of("a test"));
            try (GenerationSession whole = GenerationSession.open(model, Decoders.EXACT);
                    GenerationSession parts = GenerationSession.open(directory, Decoders.EXACT)) {
                Sampling twelve = Sampling.GREEDY.withMaxNewTokens(12);
                assertThat(parts.generate(PROMPT, twelve).tokens())
                        .isEqualTo(whole.generate(PROMPT, twelve).tokens());
            }
        }
    }
}
