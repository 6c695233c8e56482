package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.ML;
import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/** Operators that move, select or generate elements without arithmetic. */
final class Movements {
    private Movements() {}

    static void addTo(FormulaTable table) {
        String types =
                "Cast CastLike Compress Concat ConcatFromSequence Constant ConstantOfShape DepthToSpace Dropout Expand"
                        + " EyeLike Flatten Gather GatherElements GatherND Identity MaxUnpool OneHot Optional OptionalGetElement"
                        + " OptionalHasElement Pad Range Reshape ReverseSequence Scatter ScatterElements ScatterND SequenceAt"
                        + " SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength Shape Size Slice SpaceToDepth"
                        + " Split SplitToSequence Squeeze TensorScatter Tile Transpose Trilu Unsqueeze Where";
        table.cheap(ONNX, "0", "moves data only", Formula.none(), types.split(" "));
        String ml =
                "ArrayFeatureExtractor CastMap CategoryMapper DictVectorizer FeatureVectorizer LabelEncoder OneHotEncoder"
                        + " ZipMap";
        table.cheap(ML, "0", "moves data only", Formula.none(), ml.split(" "));
    }
}
