package io.pepper.onnx.internal.cost;

import io.pepper.graph.DataflowGraph;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.model.NodeAttributes;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.workload.KernelFamily;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The demands of each operator of a model besides its arithmetic. Immutable. */
public final class OperatorDemands {
    private static final int IMAGE = 4;
    private static final Set<String> SUMS = Set.of("Add", "Sum");

    private final ModelGraph model;
    private final CostWalk walk;
    private final int[] roots;
    private final KernelFamily[] families;
    private final double[] constantBytes;
    private final KernelShape[] shapes;
    private final long[][] sizes;
    private final BitSet blockable = new BitSet();

    /**
     * Analyses all operators.
     *
     * @param model the model
     * @param walk the known types of its tensors
     * @param fixed whether the model itself fixes all sizes, so that runtimes know them beforehand
     */
    public OperatorDemands(ModelGraph model, CostWalk walk, boolean fixed) {
        this.model = model;
        this.walk = walk;
        DataflowGraph graph = model.dataflow();
        sizes = new long[graph.tensorCount()][];
        Arrays.setAll(sizes, tensor -> walk.sizes(graph.tensorName(tensor)));
        roots = Fusion.roots(model, walk::sizes, fixed);
        families = new KernelFamily[roots.length];
        Arrays.setAll(families, operator -> walk.family(model.node(operator)));
        for (int operator = 0; operator < roots.length; operator++) {
            // The root of a normalisation written as several operators is its square root.
            if (roots[operator] != operator && type(roots[operator]).equals("Sqrt")) {
                families[roots[operator]] = KernelFamily.LAYER_NORMALIZATION;
            }
        }
        constantBytes = new double[roots.length];
        Arrays.setAll(constantBytes, operator -> walk.constantBytes(model.node(operator), model.constants()::contains));
        shapes = new KernelShape[roots.length];
        Arrays.setAll(shapes, operator -> walk.shape(model.node(operator)));
        for (int operator = 0; operator < roots.length; operator++) {
            blockable.set(operator, type(operator).equals("Conv") && fillsBlocks(operator));
        }
    }

    private NodeProto node(int operator) {
        return model.model().getGraph().getNode(model.node(operator));
    }

    /**
     * Returns the root of an operator's kernel, if both are in one piece.
     *
     * @param operator an operator
     * @return the root; the operator itself for most
     */
    public int root(int operator) {
        return roots[operator];
    }

    /**
     * Returns an operator's type.
     *
     * @param operator an operator
     * @return for instance {@code Conv}
     */
    public String type(int operator) {
        return node(operator).getOpType();
    }

    /**
     * Returns the family of an operator.
     *
     * @param operator an operator
     * @return its family
     */
    public KernelFamily family(int operator) {
        return families[operator];
    }

    /**
     * Returns the shape of an operator's arithmetic.
     *
     * @param operator an operator
     * @return the known shape
     */
    public KernelShape shape(int operator) {
        return shapes[operator];
    }

    /**
     * Returns whether an operator picks elements of a table, so that it reads as many bytes as it produces.
     *
     * @param operator an operator
     * @return true if it does
     */
    public boolean isPick(int operator) {
        return walk.isPick(model.node(operator));
    }

    /**
     * Returns the bytes of the constants that an operator reads as a whole.
     *
     * @param operator an operator
     * @return bytes; NaN if a size is unknown
     */
    public double constantBytes(int operator) {
        return constantBytes[operator];
    }

    /**
     * Returns whether a convolution can work on blocks of channels, by ONNX Runtime's conditions for its layout NCHWc.
     */
    private boolean fillsBlocks(int operator) {
        KernelShape shape = shapes[operator];
        List<String> inputs = node(operator).getInputList();
        long[] filter = walk.sizes(inputs.get(1));
        if (filter == null
                || filter.length != IMAGE
                || !walk.isFloat(inputs.get(1))
                || inputs.stream()
                        .skip(1)
                        .anyMatch(name -> !name.isEmpty() && !model.constants().contains(name))) {
            return false;
        }
        long channels = filter[1];
        if (shape.groups() > 1) {
            long perGroup = (long) (filter[0] / shape.groups());
            boolean eachChannel = channels == 1 && perGroup == 1;
            return filter[0] % KernelShape.ALIGNMENT == 0
                    && (eachChannel || (channels % KernelShape.VECTOR == 0 && perGroup % KernelShape.VECTOR == 0));
        }
        return channels < KernelShape.VECTOR || channels % KernelShape.ALIGNMENT == 0;
    }

    /**
     * Returns whether an operator is a convolution that can work on blocks of channels.
     *
     * @param operator an operator
     * @return true if it is
     */
    boolean isBlockable(int operator) {
        return blockable.get(operator);
    }

    /**
     * Returns the number of channels of a tensor of images.
     *
     * @param tensor a tensor
     * @return 0 or more; -1 if it does not hold images or is unknown
     */
    public long channels(int tensor) {
        long[] size = sizes[tensor];
        return size != null && size.length == IMAGE ? size[1] : -1;
    }

    /** Returns whether the sizes of two tensors are the same, with unknown ones equal to each other. */
    boolean areAlike(int one, int other) {
        return sizes[one] != null && Arrays.equals(sizes[one], sizes[other]);
    }

    /** Returns whether an operator is a transposition to this order. */
    boolean permutes(int operator, long... order) {
        AttributeProto perm = attribute(operator, "perm");
        return type(operator).equals("Transpose")
                && perm != null
                && Arrays.equals(perm.getIntsList().stream().mapToLong(i -> i).toArray(), order);
    }

    /** Returns whether an operator works along the channels of images. */
    boolean isAlongChannels(int operator) {
        AttributeProto axis = attribute(operator, "axis");
        return axis != null && axis.getI() == 1;
    }

    /** Returns whether an operator enlarges images in a way that also works on blocks. */
    boolean enlargesBlocks(int operator) {
        String how =
                text(operator, "coordinate_transformation_mode", type(operator).equals("Upsample") ? "asymmetric" : "");
        return switch (text(operator, "mode", "nearest")) {
            case "nearest" ->
                how.equals("asymmetric")
                        && (type(operator).equals("Upsample")
                                || text(operator, "nearest_mode", "").equals("floor"));
            case "linear" -> how.equals("asymmetric") || how.equals("align_corners") || how.equals("half_pixel");
            default -> false;
        };
    }

    private String text(int operator, String name, String otherwise) {
        AttributeProto found = attribute(operator, name);
        return found == null ? otherwise : found.getS().toStringUtf8();
    }

    /**
     * Returns whether an operator adds two tensors of the dataflow.
     *
     * @param operator an operator
     * @return true if it does
     */
    public boolean isSumOfTwo(int operator) {
        return SUMS.contains(type(operator)) && model.dataflow().reads(operator).size() == 2;
    }

    private @Nullable AttributeProto attribute(int operator, String name) {
        return NodeAttributes.find(node(operator), name).orElse(null);
    }
}
