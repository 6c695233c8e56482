package io.pepper.onnx;

import io.pepper.cost.OperatorFamily;
import io.pepper.onnx.internal.cost.CostWalk;
import io.pepper.onnx.internal.cost.Fusion;
import io.pepper.onnx.internal.model.ModelGraph;
import java.util.Arrays;
import java.util.BitSet;

/** What each operator of a model asks of a device besides arithmetic. Immutable. */
final class OperatorDemands {
    private final OperatorFamily[] families;
    private final double[] movedBytes;
    private final double[] constantBytes;

    OperatorDemands(ModelGraph model, CostWalk walk) {
        BitSet fused = Fusion.of(model);
        families = new OperatorFamily[model.dataflow().operatorCount()];
        Arrays.setAll(
                families, operator -> fused.get(operator) ? OperatorFamily.FUSED : walk.family(model.node(operator)));
        movedBytes = new double[families.length];
        Arrays.setAll(movedBytes, operator -> walk.movedBytes(model.node(operator)));
        constantBytes = new double[families.length];
        Arrays.setAll(constantBytes, operator -> walk.constantBytes(model.node(operator), model.constants()::contains));
    }

    OperatorFamily family(int operator) {
        return families[operator];
    }

    /** What an operator reads and makes, NaN if a size is not known. */
    double movedBytes(int operator) {
        return movedBytes[operator];
    }

    /** The bytes of constants that an operator reads as a whole, NaN if a size is not known. */
    double constantBytes(int operator) {
        return constantBytes[operator];
    }
}
