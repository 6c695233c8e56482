package io.pepper.onnx;

import io.pepper.cost.OperatorFamily;
import io.pepper.onnx.internal.cost.CostWalk;
import io.pepper.onnx.internal.cost.Fusion;
import io.pepper.onnx.internal.cost.KernelShape;
import io.pepper.onnx.internal.model.ModelGraph;
import java.util.Arrays;

/** What each operator of a model asks of a device besides arithmetic. Immutable. */
final class OperatorDemands {
    private final ModelGraph model;
    private final CostWalk walk;
    private final int[] roots;
    private final OperatorFamily[] families;
    private final double[] constantBytes;
    private final KernelShape[] shapes;

    OperatorDemands(ModelGraph model, CostWalk walk) {
        this.model = model;
        this.walk = walk;
        roots = Fusion.roots(model, name -> model.constants().contains(name) ? walk.elements(name) : 0);
        families = new OperatorFamily[roots.length];
        Arrays.setAll(families, operator -> walk.family(model.node(operator)));
        for (int operator = 0; operator < roots.length; operator++) {
            // A normalisation written as several operators stands under its square root.
            if (roots[operator] != operator && type(roots[operator]).equals("Sqrt")) {
                families[roots[operator]] = OperatorFamily.LAYER_NORMALIZATION;
            }
        }
        constantBytes = new double[roots.length];
        Arrays.setAll(constantBytes, operator -> walk.constantBytes(model.node(operator), model.constants()::contains));
        shapes = new KernelShape[roots.length];
        Arrays.setAll(shapes, operator -> walk.shape(model.node(operator)));
    }

    /** The operator that one is computed together with, which is itself for most. */
    int root(int operator) {
        return roots[operator];
    }

    String type(int operator) {
        return model.model().getGraph().getNode(model.node(operator)).getOpType();
    }

    OperatorFamily family(int operator) {
        return families[operator];
    }

    KernelShape shape(int operator) {
        return shapes[operator];
    }

    /** Whether an operator picks from a table, so that it reads as much as it makes. */
    boolean isPick(int operator) {
        return walk.isPick(model.node(operator));
    }

    /** Whether an operator is a convolution of so few channels that it takes them as they are. */
    boolean isFirst(int operator) {
        return shapes[operator].isOfFewChannels();
    }

    /** The bytes of constants that an operator reads as a whole, NaN if a size is not known. */
    double constantBytes(int operator) {
        return constantBytes[operator];
    }
}
