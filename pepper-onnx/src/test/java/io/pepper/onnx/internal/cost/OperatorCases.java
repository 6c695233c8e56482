package io.pepper.onnx.internal.cost;

import java.util.ArrayList;
import java.util.List;

/** Operators with their work computed by hand, each at least once. */
final class OperatorCases {
    private static final String MS = "com.microsoft";
    private static final String ML = "ai.onnx.ml";

    /** A case with its work computed by hand. */
    record Case(Call call, long macs, long more) {
        long flops() {
            return 2 * macs + more;
        }
    }

    private final List<Case> cases = new ArrayList<>();

    private OperatorCases() {}

    static List<Case> all() {
        OperatorCases all = new OperatorCases();
        all.convolutions();
        all.products();
        all.pools();
        all.reductions();
        all.normalizations();
        all.elementwise();
        all.interpolations();
        all.recurrences();
        all.quantizations();
        all.movements();
        all.cases.addAll(DecoderCases.all());
        return all.cases;
    }

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
}
