package io.pepper.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partition;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelListTest {
    @TempDir
    Path directory;

    private OnnxModel model(String name) throws IOException {
        return OnnxModel.load(OperatorSweep.write(directory, List.of(name)).get(0));
    }

    private List<Kernel> kernels(String name) throws IOException {
        try (OnnxModel model = model(name)) {
            return model.costs(model.shapes()).workload().kernels();
        }
    }

    private static String families(List<Kernel> kernels) {
        return kernels.stream()
                .map(kernel -> kernel.times() + " " + kernel.family())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    @Test
    void operatorsAfterAConvolutionAreFusedWithIt() throws IOException {
        List<Kernel> kernels = kernels("conv-norm-relu-s14"); // Conv, BatchNormalization, Relu, Add of the input
        assertThat(families(kernels))
                .as("the input that is added is not in blocks")
                .isEqualTo("1 BLOCKING, 1 CONVOLUTION, 1 ELEMENTWISE, 1 UNBLOCKING");
        Kernel convolution = kernels.get(0);
        long elements = 64 * 14 * 14;
        assertThat(convolution.depth()).isEqualTo(64 * 9);
        assertThat(convolution.channels()).isEqualTo(64);
        assertThat(convolution.window()).isEqualTo(9);
        assertThat(convolution.groups()).isEqualTo(1);
        assertThat(convolution.inputBytes()).as("the input once").hasValue(4.0 * elements);
        assertThat(convolution.outputBytes()).hasValue(4.0 * elements);
        assertThat(convolution.weightBytes()).hasValue(4.0 * (64 * 64 * 9 + 64 + 4 * 64));
        assertThat(convolution.flops().orElseThrow()).isGreaterThan(2.0 * 64 * 9 * elements);
    }

    @Test
    void aCutSeparatesOperatorsThatWouldBeFused() throws IOException {
        try (OnnxModel model = model("conv3x3-relu-c64-s28")) {
            ModelCosts costs = model.costs(model.shapes());
            assertThat(families(costs.workload().kernels())).isEqualTo("1 BLOCKING, 1 CONVOLUTION, 1 UNBLOCKING");
            Partition halves = Partition.of(model.graph(), model.cuts().list());
            assertThat(families(costs.workload(halves.segments().get(0)).kernels()))
                    .isEqualTo("1 BLOCKING, 1 CONVOLUTION, 1 UNBLOCKING");
            assertThat(families(costs.workload(halves.segments().get(1)).kernels()))
                    .isEqualTo("1 ELEMENTWISE");
        }
    }

    @Test
    void aQuantisedProductWithoutAScaleOfItsWeightsIsThree() throws IOException {
        SmallModel small = new SmallModel("no-scale", 16, 128);
        List<String> quantized = small.several("DynamicQuantizeLinear", 3, "x");
        small.then("MatMulInteger", quantized.get(0), small.byteWeight(128, 128), quantized.get(2));
        String real = small.then("Cast", small.last()).with("to", 1).last();
        small.then("Mul", real, quantized.get(1));
        try (OnnxModel model = OnnxModel.load(SmallModelTest.bytes(small), "no-scale")) {
            assertThat(families(model.costs(model.shapes()).workload().kernels()))
                    .isEqualTo("1 ELEMENTWISE, 1 QUANTIZATION, 1 QUANTIZED");
        }
    }

    @Test
    void aNormalisationAnErrorFunctionAndAQuantisedProductAreOneKernelEach() throws IOException {
        assertThat(families(kernels("written-layernorm-l16"))).isEqualTo("1 LAYER_NORMALIZATION");
        assertThat(families(kernels("layernorm-l16"))).isEqualTo("1 LAYER_NORMALIZATION");
        assertThat(families(kernels("written-gelu-l16"))).isEqualTo("1 ERROR_FUNCTION");
        assertThat(families(kernels("quantized-m16-k128"))).isEqualTo("1 QUANTIZED");
        assertThat(families(kernels("network-text-quantized-0")))
                .as("queries, keys and values quantise once")
                .contains("1 QUANTIZATION, 1 QUANTIZED, 1 QUANTIZED, 1 QUANTIZED")
                .contains("2 SUM_NORMALIZATION, 3 QUANTIZED")
                .doesNotContain("ELEMENTWISE");
        assertThat(families(kernels("projection-l16"))).isEqualTo("1 PRODUCT");
    }

    @Test
    void poolingOnPartlyFilledBlocksIsUnblocked() throws IOException {
        assertThat(families(kernels("maxpool-c64-s28"))).isEqualTo("1 BLOCKING, 1 POOLING, 1 UNBLOCKING");
        assertThat(families(kernels("maxpool-c24-s64")))
                .as("24 channels fill no blocks of 16")
                .isEqualTo("1 UNBLOCKED_POOLING");
        assertThat(kernels("maxpool-c64-s28"))
                .as("how far images lie apart follows from bytes and channels")
                .extracting(Kernel::channels)
                .containsOnly(64.0);
    }

    @Test
    void convolutionsHaveTheirFamilies() throws IOException {
        assertThat(families(kernels("conv1x1-c64-s28"))).contains("1 POINTWISE_CONVOLUTION");
        assertThat(families(kernels("depthwise3x3-c64-s28"))).contains("1 DEPTHWISE_CONVOLUTION");
        assertThat(families(kernels("conv5x5-grouped")))
                .as("groups of 16 fill blocks")
                .isEqualTo("1 BLOCKING, 1 CONVOLUTION, 1 UNBLOCKING");
        assertThat(families(kernels("depthwise3x3-c3-s224"))).isEqualTo("1 UNFOLDED_CONVOLUTION");
        assertThat(families(kernels("convtranspose-s28"))).isEqualTo("1 TRANSPOSED_CONVOLUTION");
        assertThat(families(kernels("conv7x7-stride2")))
                .as("few channels are taken as they are")
                .isEqualTo("1 NARROW_CONVOLUTION, 1 UNBLOCKING");
    }

    @Test
    void depthOfATranspositionIsTheNumberOfContiguousElements() throws IOException {
        assertThat(kernels("transpose-1000"))
                .containsExactly(Kernel.of(KernelFamily.TRANSPOSITION, 0, 4000, 4000).toBuilder()
                        .depth(1)
                        .build());
    }

    /** Kernels divide the model's arithmetic among them: none is lost, none counted twice. */
    @Test
    void kernelsHaveTheArithmeticOfTheModel() throws IOException {
        for (String name : OperatorSweep.names()) {
            try (OnnxModel model = model(name)) {
                ModelCosts costs = model.costs(model.shapes(OperatorSweep.sizes(name)));
                Workload work = costs.workload();
                assertThat(work.total().flops()).as(name).hasValue((double)
                        costs.characteristics().flops().orElseThrow());
            }
        }
    }
}
