package io.pepper.onnx.internal.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OperatorFormulasTest {
    private static final String MS = "com.microsoft";
    private static final String ML = "ai.onnx.ml";

    /** A case with its work computed by hand. */
    private record Case(Call call, long macs, long more) {
        long flops() {
            return 2 * macs + more;
        }
    }

    private final List<Case> cases = new ArrayList<>();

    /** Products: so many multiply-accumulates and so many operations more. */
    private void check(Call call, long macs, long more) {
        cases.add(new Case(call, macs, more));
    }

    private void flops(Call call, long flops) {
        check(call, 0, flops);
    }

    private void each(long operations, String domain, String types) {
        for (String type : types.split(" ", -1)) {
            flops(Call.of(domain, type).in(2, 3).out(2, 3), operations * 6);
        }
    }

    private void verify() {
        for (Case one : cases) {
            assertThat(one.call.estimate())
                    .as(one.call.type())
                    .isEqualTo(new Estimate.Known(new Work(one.macs, one.flops())));
        }
    }

    private void convolutions() {
        // Each of 1 × 8 × 5 × 5 outputs is a product with a filter of 4 channels and 3 × 3; one sum for the bias.
        check(Call.of("Conv").in(1, 4, 5, 5).in(8, 4, 3, 3).out(1, 8, 5, 5), 200 * 36, 0);
        check(Call.of("Conv").in(1, 4, 5, 5).in(8, 4, 3, 3).in(8).out(1, 8, 5, 5), 200 * 36, 200);
        check(Call.of("Conv").in(2, 8, 9).in(8, 1, 3).with("group", 8).out(2, 8, 7), 112 * 3, 0);
        check(Call.of("Conv").in(1, 1, 4, 4, 4).in(2, 1, 2, 2, 2).out(1, 2, 3, 3, 3), 54 * 8, 0);
        check(Call.of("ConvInteger").in(1, 4, 5, 5).in(8, 4, 3, 3).in().out(1, 8, 5, 5), 200 * 36, 0);
        Call quantised = Call.of("QLinearConv")
                .in(1, 4, 5, 5)
                .in()
                .in()
                .in(8, 4, 3, 3)
                .in()
                .in()
                .in()
                .in();
        check(quantised.in(8).out(1, 8, 5, 5), 200 * 36, 200);
        check(
                Call.of(MS, "QLinearConv")
                        .in(1, 4, 5, 5)
                        .in()
                        .in()
                        .in(8, 4, 3, 3)
                        .in()
                        .in()
                        .in()
                        .in()
                        .out(1, 8, 5, 5),
                200 * 36,
                0);
        check(Call.of(MS, "NhwcConv").in(1, 5, 5, 4).in(8, 3, 3, 4).out(1, 5, 5, 8), 200 * 36, 0);
        check(
                Call.of(MS, "FusedConv")
                        .in(1, 4, 5, 5)
                        .in(8, 4, 3, 3)
                        .with("activation", "Relu")
                        .out(1, 8, 5, 5),
                7200,
                200);
        check(Call.of(MS, "NhwcFusedConv").in(1, 4, 5, 5).in(8, 4, 3, 3).out(1, 8, 5, 5), 7200, 0);
        // Each of 1 × 4 × 5 × 5 inputs goes into 8 channels of 2 × 2; one sum for the bias of 1 × 8 × 10 × 10 outputs.
        check(Call.of("ConvTranspose").in(1, 4, 5, 5).in(4, 8, 2, 2).in(8).out(1, 8, 10, 10), 100 * 32, 800);
        // As Conv, and 1 × 4 × 25 × 9 samples of 7 operations, or 8 with a mask.
        check(
                Call.of("DeformConv")
                        .in(1, 4, 5, 5)
                        .in(8, 4, 3, 3)
                        .in(1, 18, 5, 5)
                        .out(1, 8, 5, 5),
                7200,
                900 * 7);
        check(
                Call.of("DeformConv")
                        .in(1, 4, 5, 5)
                        .in(8, 4, 3, 3)
                        .in(1, 18, 5, 5)
                        .in(8)
                        .in(1, 9, 5, 5)
                        .out(1, 8, 5, 5),
                7200,
                900 * 8 + 200);
    }

    private void products() {
        check(Call.of("MatMul").in(5, 2, 3).in(3, 4).out(5, 2, 4), 40 * 3, 0);
        check(Call.of("MatMul").in(3).in(3).out(), 3, 0);
        check(Call.of("MatMul").in(3).in(7, 3, 4).out(7, 4), 28 * 3, 0);
        check(Call.of("MatMulInteger").in(2, 3).in(3, 4).out(2, 4), 24, 0);
        check(Call.of("QLinearMatMul").in(2, 3).in().in().in(3, 4).out(2, 4), 24, 0);
        check(Call.of(MS, "QLinearMatMul").in(2, 3).in().in().in(3, 4).out(2, 4), 24, 0);
        check(Call.of(MS, "FusedMatMul").in(3, 2).in(3, 4).with("transA", 1).out(2, 4), 24, 0);
        check(Call.of(MS, "TransposeMatMul").in(3, 2).in(3, 4).with("transA", 1).out(2, 4), 24, 0);
        check(Call.of(MS, "MatMulIntegerToFloat").in(2, 3).in(3, 4).out(2, 4), 24, 0);
        check(Call.of(MS, "DynamicQuantizeMatMul").in(2, 3).in(3, 4).out(2, 4), 24, 0);
        check(Call.of(MS, "MatMulNBits").in(2, 32).in(4, 1, 16).with("K", 32).out(2, 4), 8 * 32, 0);
        check(Call.of(MS, "MatMulBnb4").in(2, 32).in(64).with("K", 32).out(2, 4), 8 * 32, 0);
        check(Call.of("Gemm").in(2, 3).in(3, 4).out(2, 4), 24, 0);
        check(Call.of("Gemm").in(2, 3).in(3, 4).in(4).out(2, 4), 24, 8);
        check(
                Call.of("Gemm")
                        .in(3, 2)
                        .in(3, 4)
                        .in(4)
                        .with("transA", 1)
                        .with("beta", 0.5)
                        .out(2, 4),
                24,
                16);
        check(Call.of("Gemm").in(2, 3).in(3, 4).with("alpha", 0.5).out(2, 4), 24, 8);
        check(Call.of(MS, "QGemm").in(2, 3).in().in().in(3, 4).in().in().in(4).out(2, 4), 24, 8);
        check(
                Call.of(MS, "FusedGemm")
                        .in(2, 3)
                        .in(3, 4)
                        .in(4)
                        .with("activation", "Relu")
                        .out(2, 4),
                24,
                16);
        check(Call.of("Einsum").in(2, 3).in(3, 4).with("equation", "ij,jk->ik").out(2, 4), 24, 0);
        check(
                Call.of(ML, "LinearClassifier")
                        .in(5, 4)
                        .floats("coefficients", 12)
                        .floats("intercepts", 3)
                        .out(5),
                60,
                15);
        check(Call.of(ML, "LinearRegressor").in(5, 4).floats("coefficients", 4).out(5, 1), 20, 0);
    }

    private void pools() {
        flops(Call.of("MaxPool").in(1, 2, 4, 4).ints("kernel_shape", 2, 2).out(1, 2, 2, 2), 8 * 4);
        flops(Call.of("AveragePool").in(1, 2, 4, 4).ints("kernel_shape", 2, 2).out(1, 2, 2, 2), 8 * 4);
        flops(Call.of("LpPool").in(1, 2, 4, 4).ints("kernel_shape", 2, 2).out(1, 2, 2, 2), 8 * 4 * 2);
        flops(
                Call.of(MS, "NhwcMaxPool")
                        .in(1, 4, 4, 2)
                        .ints("kernel_shape", 2, 2)
                        .out(1, 2, 2, 2),
                8 * 4);
        flops(
                Call.of(MS, "QLinearAveragePool")
                        .in(1, 2, 4, 4)
                        .ints("kernel_shape", 2, 2)
                        .out(1, 2, 2, 2),
                8 * 4);
        flops(Call.of("GlobalMaxPool").in(1, 2, 4, 4).out(1, 2, 1, 1), 32);
        flops(Call.of("GlobalAveragePool").in(1, 2, 4, 4).out(1, 2, 1, 1), 32);
        flops(Call.of(MS, "QLinearGlobalAveragePool").in(1, 2, 4, 4).out(1, 2, 1, 1), 32);
        flops(Call.of("GlobalLpPool").in(1, 2, 4, 4).out(1, 2, 1, 1), 64);
    }

    private void reductions() {
        for (String type : "ReduceSum ReduceMax ReduceMin ReduceProd ArgMax ArgMin CumSum CumProd Hardmax NonZero"
                .split(" ", -1)) {
            flops(Call.of(type).in(3, 4).out(3, 1), 12);
        }
        flops(Call.of("ReduceMean").in(3, 4).out(3, 1), 12 + 3);
        flops(Call.of("ReduceLogSum").in(3, 4).out(3, 1), 12 + 3);
        flops(Call.of("ReduceL1").in(3, 4).out(3, 1), 24);
        flops(Call.of("ReduceSumSquare").in(3, 4).out(3, 1), 24);
        flops(Call.of("ReduceL2").in(3, 4).out(3, 1), 24 + 3);
        flops(Call.of("ReduceLogSumExp").in(3, 4).out(3, 1), 24 + 3);
    }

    private void normalizations() {
        flops(Call.of("BatchNormalization").in(1, 2, 3).in(2).in(2).in(2).in(2).out(1, 2, 3), 12);
        each(7, "", "LayerNormalization InstanceNormalization GroupNormalization MeanVarianceNormalization");
        each(4, "", "RMSNormalization SimplifiedLayerNormalization");
        each(4, MS, "SimplifiedLayerNormalization");
        flops(
                Call.of(MS, "SkipLayerNormalization")
                        .in(2, 3)
                        .in(2, 3)
                        .in(3)
                        .in(3)
                        .out(2, 3),
                6 * 8);
        flops(
                Call.of(MS, "SkipLayerNormalization")
                        .in(2, 3)
                        .in(2, 3)
                        .in(3)
                        .in(3)
                        .in(3)
                        .out(2, 3),
                6 * 9);
        flops(
                Call.of(MS, "SkipSimplifiedLayerNormalization")
                        .in(2, 3)
                        .in(2, 3)
                        .in(3)
                        .out(2, 3),
                6 * 5);
        flops(
                Call.of(MS, "EmbedLayerNormalization")
                        .in(1, 2)
                        .in(1, 2)
                        .in(9, 3)
                        .in(9, 3)
                        .in(2, 3)
                        .out(1, 2, 3),
                6 * 9);
        each(3, "", "LpNormalization");
        each(3, ML, "Normalizer");
        flops(Call.of("LRN").in(1, 5, 2, 2).with("size", 5).out(1, 5, 2, 2), 20 * 13);
        each(5, "", "Softmax LogSoftmax");
        each(6, MS, "BiasSoftmax");
    }

    private void elementwise() {
        each(
                1,
                "",
                "Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Erf Exp Floor IsInf IsNaN Log Neg Not BitwiseNot");
        each(1, "", "Reciprocal Relu Round Sign Sin Sinh Sqrt Tan Tanh ThresholdedRelu");
        each(1, "", "Add Sub Mul Div Pow Mod And Or Xor BitwiseAnd BitwiseOr BitwiseXor BitShift Equal Greater");
        each(1, "", "GreaterOrEqual Less LessOrEqual");
        each(2, "", "Clip LeakyRelu PRelu Shrink");
        each(3, "", "Softplus Softsign");
        each(4, "", "Sigmoid HardSigmoid Elu");
        each(5, "", "Celu Selu Gelu HardSwish Mish Swish");
        flops(Call.of("Add").in(2, 1).in(1, 3).out(2, 3), 6);
        for (String type : "Max Min Sum".split(" ", -1)) {
            flops(Call.of(type).in(2, 3).in(2, 3).in(2, 3).out(2, 3), 12);
        }
        flops(Call.of("Mean").in(2, 3).in(2, 3).in(2, 3).out(2, 3), 18);
        each(5, MS, "Gelu");
        each(6, MS, "BiasGelu QuickGelu");
        flops(Call.of(MS, "FastGelu").in(2, 3).out(2, 3), 54);
        flops(Call.of(MS, "FastGelu").in(2, 3).in(3).out(2, 3), 60);
        each(2, ML, "Scaler");
        each(1, ML, "Binarizer Imputer");
    }

    private void interpolations() {
        // Four neighbours in the two axes that change: four products, three sums.
        flops(Call.of("Resize").in(1, 2, 2, 2).with("mode", "linear").out(1, 2, 4, 4), 32 * 7);
        flops(Call.of("Resize").in(1, 2, 2, 2).with("mode", "linear").out(1, 2, 2, 4), 16 * 3);
        flops(Call.of("Resize").in(1, 2, 2, 2).with("mode", "cubic").out(1, 2, 4, 4), 32 * 31);
        flops(Call.of("Resize").in(1, 2, 2, 2).out(1, 2, 4, 4), 0);
        flops(Call.of("Upsample").in(1, 2, 2, 2).with("mode", "linear").out(1, 2, 4, 4), 32 * 7);
        flops(Call.of("GridSample").in(1, 2, 5, 5).in(1, 3, 3, 2).out(1, 2, 3, 3), 18 * 7);
        flops(
                Call.of("GridSample")
                        .in(1, 2, 5, 5)
                        .in(1, 3, 3, 2)
                        .with("mode", "nearest")
                        .out(1, 2, 3, 3),
                0);
    }

    private void recurrences() {
        // 7 steps of a batch of 2, hidden 5, input 3: 70 cells.
        Call rnn = Call.of("RNN").in(7, 2, 3).in(1, 5, 3).in(1, 5, 5);
        check(rnn.out(7, 1, 2, 5), 70 * 8, 70);
        check(Call.of("GRU").in(7, 2, 3).in(1, 15, 3).in(1, 15, 5).in(1, 30).out(7, 1, 2, 5), 70 * 3 * 8, 70 * 20);
        check(Call.of("LSTM").in(7, 2, 3).in(2, 20, 3).in(2, 20, 5).out(7, 2, 2, 5), 140 * 4 * 8, 140 * 18);
        Call peepholes = Call.of("LSTM")
                .in(7, 2, 3)
                .in(1, 20, 3)
                .in(1, 20, 5)
                .in(1, 40)
                .skip()
                .skip()
                .skip()
                .in(1, 15);
        check(peepholes.out(7, 1, 2, 5), 70 * 4 * 8, 70 * 32);
        Call quantised = Call.of(MS, "DynamicQuantizeLSTM")
                .in(7, 2, 3)
                .in(1, 3, 20)
                .in(1, 5, 20)
                .in(1, 40);
        check(quantised.out(7, 1, 2, 5), 70 * 4 * 8, 70 * 26);
    }

    private void attentions() {
        // 2 × 4 × 6 pairs of a query and a key, of width 8 each for scores and values; 2 heads.
        check(Call.of("Attention").in(2, 2, 4, 4).in(2, 2, 6, 4).in(2, 2, 6, 4).out(2, 2, 4, 4), 48 * 16, 48 * 2 * 6);
        check(
                Call.of("Attention")
                        .in(2, 4, 8)
                        .in(2, 6, 8)
                        .in(2, 6, 8)
                        .in(4, 6)
                        .with("q_num_heads", 2)
                        .with("kv_num_heads", 2)
                        .out(2, 4, 8),
                48 * 16,
                48 * 2 * 7);
        Call past = Call.of("Attention")
                .in(2, 2, 4, 4)
                .in(2, 2, 1, 4)
                .in(2, 2, 1, 4)
                .skip()
                .in(2, 2, 5, 4);
        check(past.in(2, 2, 5, 4).out(2, 2, 4, 4), 48 * 16, 48 * 2 * 6);
        // Projections of 2 × 4 tokens of width 8 to 24 columns, then 2 × 4 × 4 pairs.
        Call fused = Call.of(MS, "Attention").in(2, 4, 8).in(8, 24).in(24).with("num_heads", 2);
        check(fused.out(2, 4, 8), 8 * 8 * 24 + 32 * 16, 32 * 2 * 6);
        Call quantised = Call.of(MS, "QAttention")
                .in(2, 4, 8)
                .in(8, 24)
                .in(24)
                .in()
                .in()
                .in(2, 4)
                .with("num_heads", 2);
        check(quantised.out(2, 4, 8), 8 * 8 * 24 + 32 * 16, 32 * 2 * 7);
        Call multi = Call.of(MS, "MultiHeadAttention")
                .in(2, 4, 8)
                .in(2, 6, 8)
                .in(2, 6, 8)
                .with("num_heads", 2);
        check(multi.out(2, 4, 8), 48 * 16, 48 * 2 * 6);
        Call grouped = Call.of(MS, "GroupQueryAttention")
                .in(2, 4, 8)
                .in(2, 4, 4)
                .in(2, 4, 4)
                .with("num_heads", 2);
        check(grouped.out(2, 4, 8).out(2, 1, 6, 4), 48 * 16, 48 * 2 * 6);
        each(3, "", "RotaryEmbedding");
        each(3, MS, "RotaryEmbedding");
    }

    private void quantizations() {
        each(4, "", "QuantizeLinear");
        each(2, "", "DequantizeLinear");
        each(4, MS, "QuantizeLinear");
        each(2, MS, "DequantizeLinear");
        each(6, "", "DynamicQuantizeLinear");
        each(9, MS, "QLinearAdd QLinearMul");
        each(10, MS, "QLinearSigmoid");
        each(8, MS, "QLinearLeakyRelu");
        each(11, MS, "QLinearSoftmax");
        each(6, MS, "QLinearConcat");
    }

    private void movements() {
        String types =
                "Cast CastLike Compress Concat ConcatFromSequence Constant ConstantOfShape DepthToSpace Dropout Expand"
                        + " EyeLike Flatten Gather GatherElements GatherND Identity MaxUnpool OneHot Optional OptionalGetElement"
                        + " OptionalHasElement Pad Range Reshape ReverseSequence Scatter ScatterElements ScatterND SequenceAt"
                        + " SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength Shape Size Slice SpaceToDepth"
                        + " Split SplitToSequence Squeeze TensorScatter Tile Transpose Trilu Unsqueeze Where";
        each(0, "", types);
        each(
                0,
                ML,
                "ArrayFeatureExtractor CastMap CategoryMapper DictVectorizer FeatureVectorizer LabelEncoder OneHotEncoder ZipMap");
    }

    @Test
    void giveWhatIsComputedByHandForEveryOperator() {
        convolutions();
        products();
        pools();
        reductions();
        normalizations();
        elementwise();
        interpolations();
        recurrences();
        attentions();
        quantizations();
        movements();
        verify();
        Set<String> tried = cases.stream().map(one -> one.call.type()).collect(Collectors.toCollection(TreeSet::new));
        assertThat(tried)
                .containsExactlyElementsOf(OperatorFormulas.descriptions().stream()
                        .map(description -> description.domain() + ":" + description.type())
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void sayWhichSizeIsMissing() {
        assertThat(Call.of("Conv")
                        .in(1, 4, 5, 5)
                        .in(8, 4, 3, 3)
                        .out(-1, 8, 5, 5)
                        .estimate())
                .isEqualTo(new Estimate.SizesMissing("out0"));
        assertThat(Call.of("Conv").in(1, 4, 5, 5).unknown().out(1, 8, 5, 5).estimate())
                .isEqualTo(new Estimate.SizesMissing("in1"));
        assertThat(Call.of("MatMul").in(2, -1).in(3, 4).out(2, 4).estimate())
                .isEqualTo(new Estimate.SizesMissing("in0"));
        assertThat(Call.of("Relu").estimate()).isEqualTo(new Estimate.SizesMissing("Relu 'op'"));
    }

    @Test
    void guessNothing() {
        assertThat(Call.of("NonMaxSuppression").out(1).estimate()).isEqualTo(new Estimate.NotCovered());
        assertThat(Call.of("custom", "Conv").out(1).estimate()).isEqualTo(new Estimate.NotCovered());
        assertThat(Call.of("ai.onnx", "Relu").in(2).out(2).estimate())
                .as("ONNX's own domain has two names")
                .isEqualTo(new Estimate.Known(new Work(0, 2)));
        assertThat(OperatorFormulas.covers("", "Conv")).isTrue();
        assertThat(OperatorFormulas.covers("", "TopK")).isFalse();
        assertThat(OperatorFormulas.isCheap("", "Unsqueeze")).isTrue();
        assertThat(OperatorFormulas.isCheap("", "MatMul")).isFalse();
        assertThat(OperatorFormulas.isCheap("", "TopK")).isFalse();
    }

    @Test
    void takeHostileCallsCalmly() {
        long much = Long.MAX_VALUE / 2;
        Random random = new Random(7);
        for (OperatorFormulas.Description description : OperatorFormulas.descriptions()) {
            for (int round = 0; round < 60; round++) {
                Call call = Call.of(description.domain(), description.type());
                for (int input = random.nextInt(9); input > 0; input--) {
                    call = random.nextInt(4) == 0 ? call.skip() : call.in(dims(random, much));
                }
                for (int output = random.nextInt(3); output > 0; output--) {
                    call = call.out(dims(random, much));
                }
                for (String name :
                        List.of("group", "num_heads", "q_num_heads", "kv_num_heads", "K", "size", "transA")) {
                    call = random.nextBoolean() ? call.with(name, random.nextInt(5) - 2L) : call;
                }
                call = random.nextBoolean() ? call.ints("kernel_shape", dims(random, much)) : call;
                call = call.with(
                        "equation",
                        List.of("", "ij,jk", "...i->", "i,i,i->i", "->", ",,").get(round % 6));
                Estimate estimate = call.estimate();
                if (estimate instanceof Estimate.Known known) {
                    assertThat(known.work().macs()).as(description.type()).isNotNegative();
                    assertThat(known.work().flops()).as(description.type()).isNotNegative();
                } else {
                    assertThat(estimate).isInstanceOf(Estimate.SizesMissing.class);
                }
            }
        }
    }

    private static long[] dims(Random random, long much) {
        long[] dims = new long[random.nextInt(6)];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = switch (random.nextInt(6)) {
                case 0 -> 0;
                case 1 -> much;
                case 2 -> -1;
                default -> random.nextInt(9);
            };
        }
        return dims;
    }

    @Test
    void ofConvolutionsAreTheStepsOfTheirLoops() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            int batch = 1 + random.nextInt(2);
            int group = 1 + random.nextInt(3);
            int channels = group * (1 + random.nextInt(3));
            int filters = group * (1 + random.nextInt(3));
            int kernel = 1 + random.nextInt(3);
            int size = kernel + random.nextInt(4);
            int stride = 1 + random.nextInt(2);
            int out = (size - kernel) / stride + 1;
            long steps = 0;
            for (int n = 0; n < batch; n++) {
                for (int m = 0; m < filters; m++) {
                    for (int y = 0; y + kernel <= size; y += stride) {
                        for (int x = 0; x + kernel <= size; x += stride) {
                            for (int c = 0; c < channels / group; c++) {
                                steps += (long) kernel * kernel;
                            }
                        }
                    }
                }
            }
            Call call = Call.of("Conv")
                    .in(batch, channels, size, size)
                    .in(filters, channels / group, kernel, kernel)
                    .with("group", group)
                    .out(batch, filters, out, out);
            assertThat(call.estimate()).isEqualTo(new Estimate.Known(new Work(steps, 2 * steps)));
        }
    }

    @Test
    void ofEinsumAreTheStepsOfItsLoops() {
        assertThat(Call.of("Einsum")
                        .in(2, 3, 4)
                        .in(2, 4, 5)
                        .with("equation", "bij, bjk -> bik")
                        .out(2, 3, 5)
                        .estimate())
                .isEqualTo(new Estimate.Known(new Work(120, 240)));
        assertThat(Call.of("Einsum")
                        .in(7, 2, 3)
                        .in(7, 3, 4)
                        .with("equation", "...ij,...jk->...ik")
                        .out(7, 2, 4)
                        .estimate())
                .isEqualTo(new Estimate.Known(new Work(168, 336)));
        assertThat(Call.of("Einsum")
                        .in(7, 1, 2, 3)
                        .in(5, 3, 4)
                        .with("equation", "...ij,...jk")
                        .out(7, 5, 2, 4)
                        .estimate())
                .as("dots broadcast from the right")
                .isEqualTo(new Estimate.Known(new Work(840, 1680)));
        assertThat(Call.of("Einsum")
                        .in(2, 3)
                        .in(3, 4)
                        .in(4, 5)
                        .with("equation", "ij,jk,kl->il")
                        .out(2, 5)
                        .estimate())
                .as("two products and a sum for each of 120 steps")
                .isEqualTo(new Estimate.Known(new Work(240, 360)));
        assertThat(Call.of("Einsum")
                        .in(2, 3)
                        .with("equation", "ij->ji")
                        .out(3, 2)
                        .estimate())
                .isEqualTo(new Estimate.Known(Work.NONE));
        assertThat(Call.of("Einsum").in(2, 3).with("equation", "ij->i").out(2).estimate())
                .isEqualTo(new Estimate.Known(new Work(0, 6)));
        assertThat(Call.of("Einsum")
                        .in(2, 3)
                        .in(3)
                        .with("equation", "ij->i")
                        .out(2)
                        .estimate())
                .isEqualTo(new Estimate.SizesMissing("in0"));
        assertThat(Call.of("Einsum").in(2, 3).with("equation", "ijk->i").out(2).estimate())
                .isEqualTo(new Estimate.SizesMissing("in0"));
    }

    @Test
    void areThoseOfTheDocument() throws IOException {
        StringBuilder table = new StringBuilder();
        for (OperatorFormulas.Description description : OperatorFormulas.descriptions()) {
            String domain = description.domain().isEmpty() ? "" : description.domain() + ".";
            table.append("| ").append(domain).append(description.type());
            table.append(" | ").append(description.formula());
            table.append(" | ").append(description.source()).append(" |\n");
        }
        Path document = Path.of("..", "docs", "operator-costs.md");
        String written = Files.readString(document, StandardCharsets.UTF_8);
        Path expected = Path.of("target", "operator-costs-table.md");
        Files.writeString(expected, table);
        assertThat(written)
                .as("the table of %s; it should be that of %s", document, expected)
                .contains(table);
    }
}
