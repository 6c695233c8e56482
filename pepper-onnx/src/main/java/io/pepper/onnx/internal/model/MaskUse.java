package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The meaning of masks. A mask is followed through the graph with two values, 0 and 1, up to the scores: it is added to
 * them as it is, or one of its values becomes a very negative number there. Immutable. O(operators) for each mask.
 */
public final class MaskUse {
    /** Operators whose first input passes to their outputs. */
    private static final Set<String> PASS = Set.of(
            "Unsqueeze",
            "Squeeze",
            "Expand",
            "Reshape",
            "Transpose",
            "Slice",
            "Identity",
            "Gather",
            "Tile",
            "Split",
            "Trilu",
            "Cast");

    /** Operators that pass a mask on even if their other input is unknown. */
    private static final Set<String> COMBINE = Set.of("And", "Or", "Mul", "Min", "Max", "Concat");

    private static final Set<DataType> FLOATING =
            Set.of(DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16, DataType.DOUBLE);

    /** A difference of scores that hides a token. */
    private static final double HIDING = 100;

    private static final int HALF_BIAS = 15;
    private static final int HALF_FRACTION = 10;
    private static final int HALF_EXPONENT = 0x1F;

    private enum Meaning {
        KEEPS,
        ADDED,
        HIDES
    }

    /** A tensor that follows from a mask: its value where the mask is 0, and where it is 1. */
    private record Followed(String tensor, double zero, double one) {
        boolean isUnchanged() {
            return zero == 0 && one == 1;
        }
    }

    private final Map<String, List<NodeProto>> readers = new HashMap<>();
    private final Map<String, TensorProto> constants = new HashMap<>();
    private final Map<String, DataType> types = new HashMap<>();

    /**
     * Prepares the search.
     *
     * @param graph the graph of the model
     */
    public MaskUse(GraphProto graph) {
        graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
        for (ValueInfoProto input : graph.getInputList()) {
            types.put(
                    input.getName(),
                    DataType.forNumber(input.getType().getTensorType().getElemType()));
        }
        for (NodeProto node : graph.getNodeList()) {
            Optional<AttributeProto> value = NodeAttributes.find(node, "value");
            if (node.getOpType().equals("Constant") && value.isPresent()) {
                constants.put(node.getOutput(0), value.get().getT());
            }
            for (String input : new HashSet<>(node.getInputList())) {
                readers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
            }
        }
    }

    /**
     * Returns whether a mask is added to scores as it is.
     *
     * @param mask an input of the model
     * @return true if 0 stands for a token that may be read
     */
    public boolean isAdded(String mask) {
        return meaning(mask) == Meaning.ADDED;
    }

    /**
     * Returns whether a mask hides tokens.
     *
     * @param mask an input of the model
     * @return true if 1 stands for a token that must not be read
     */
    public boolean isHiding(String mask) {
        return meaning(mask) == Meaning.HIDES;
    }

    private Meaning meaning(String mask) {
        boolean floating = FLOATING.contains(types.getOrDefault(mask, DataType.UNDEFINED));
        Deque<Followed> open = new ArrayDeque<>(List.of(new Followed(mask, 0, 1)));
        Set<String> met = new HashSet<>(Set.of(mask));
        while (!open.isEmpty()) {
            Followed at = open.remove();
            for (NodeProto node : readers.getOrDefault(at.tensor, List.of())) {
                Optional<Meaning> found = conclude(node, at, floating);
                if (found.isPresent()) {
                    return found.get();
                }
                for (Followed next : next(node, at)) {
                    if (met.add(next.tensor)) {
                        open.add(next);
                    }
                }
            }
        }
        return Meaning.KEEPS;
    }

    /** Returns the meaning if the operator applies the mask to scores. */
    private Optional<Meaning> conclude(NodeProto node, Followed at, boolean floating) {
        String type = node.getOpType();
        if (type.endsWith("Attention")) {
            return floating && at.isUnchanged()
                    ? Optional.of(Meaning.ADDED)
                    : bySign(at.one - at.zero).or(() -> Optional.of(Meaning.KEEPS));
        }
        if (type.equals("Add") && constant(other(node, at)).isEmpty()) {
            if (floating && at.isUnchanged()) {
                return Optional.of(Meaning.ADDED);
            }
            return bySign(at.one - at.zero);
        }
        if (type.equals("Where") && node.getInput(0).equals(at.tensor)) {
            OptionalDouble yes = constant(node.getInput(1));
            OptionalDouble no = constant(node.getInput(2));
            double direction = at.one - at.zero;
            if (yes.isEmpty() && no.isPresent()) {
                return bySign(-no.getAsDouble() * direction);
            }
            return yes.isPresent() && no.isEmpty() ? bySign(yes.getAsDouble() * direction) : Optional.empty();
        }
        return Optional.empty();
    }

    private static Optional<Meaning> bySign(double difference) {
        if (Math.abs(difference) < HIDING || Double.isNaN(difference)) {
            return Optional.empty();
        }
        return Optional.of(difference > 0 ? Meaning.KEEPS : Meaning.HIDES);
    }

    private List<Followed> next(NodeProto node, Followed at) {
        boolean isFirst = node.getInput(0).equals(at.tensor);
        if (PASS.contains(node.getOpType())) {
            return isFirst ? all(node, at.zero, at.one) : List.of();
        }
        OptionalDouble zero = value(node, at.tensor, at.zero);
        OptionalDouble one = value(node, at.tensor, at.one);
        if (zero.isPresent() && one.isPresent()) {
            return all(node, zero.getAsDouble(), one.getAsDouble());
        }
        boolean passes = COMBINE.contains(node.getOpType()) || (node.getOpType().equals("Where") && !isFirst);
        return passes ? all(node, at.zero, at.one) : List.of();
    }

    private static List<Followed> all(NodeProto node, double zero, double one) {
        return node.getOutputList().stream()
                .map(output -> new Followed(output, zero, one))
                .toList();
    }

    private static String other(NodeProto node, Followed at) {
        return node.getInput(node.getInput(0).equals(at.tensor) ? 1 : 0);
    }

    /** Returns the result of an operator on single numbers; empty if another input is unknown. */
    private OptionalDouble value(NodeProto node, String tensor, double known) {
        double[] in = new double[node.getInputCount()];
        for (int i = 0; i < in.length; i++) {
            OptionalDouble input =
                    node.getInput(i).equals(tensor) ? OptionalDouble.of(known) : constant(node.getInput(i));
            if (input.isEmpty()) {
                return OptionalDouble.empty();
            }
            in[i] = input.getAsDouble();
        }
        return switch (node.getOpType()) {
            case "Add" -> OptionalDouble.of(in[0] + in[1]);
            case "Sub" -> OptionalDouble.of(in[0] - in[1]);
            case "Mul" -> OptionalDouble.of(in[0] * in[1]);
            case "Div" -> OptionalDouble.of(in[0] / in[1]);
            case "Neg" -> OptionalDouble.of(-in[0]);
            case "Not" -> truth(in[0] == 0);
            case "Equal" -> truth(in[0] == in[1]);
            case "Less" -> truth(in[0] < in[1]);
            case "Greater" -> truth(in[0] > in[1]);
            case "LessOrEqual" -> truth(in[0] <= in[1]);
            case "GreaterOrEqual" -> truth(in[0] >= in[1]);
            case "Where" -> OptionalDouble.of(in[0] != 0 ? in[1] : in[2]);
            default -> OptionalDouble.empty();
        };
    }

    private static OptionalDouble truth(boolean value) {
        return OptionalDouble.of(value ? 1 : 0);
    }

    /** Returns the number of which all elements of a small constant consist. */
    private OptionalDouble constant(String name) {
        TensorProto tensor = constants.get(name);
        if (tensor == null) {
            return OptionalDouble.empty();
        }
        if (tensor.getDataType() == DataType.FLOAT16.getNumber()) {
            boolean isOne = tensor.getRawData().size() == Short.BYTES || tensor.getInt32DataCount() == 1;
            return isOne ? OptionalDouble.of(half(halfBits(tensor))) : OptionalDouble.empty();
        }
        double[] elements = SmallTensor.of(tensor).map(SmallTensor::elements).orElse(new double[0]);
        boolean same = IntStream.range(1, elements.length).allMatch(i -> elements[i] == elements[0]);
        return same && elements.length > 0 ? OptionalDouble.of(elements[0]) : OptionalDouble.empty();
    }

    private static int halfBits(TensorProto tensor) {
        return tensor.getInt32DataCount() == 1
                ? tensor.getInt32Data(0)
                : (tensor.getRawData().byteAt(0) & 0xFF) | (tensor.getRawData().byteAt(1) << Byte.SIZE);
    }

    private static double half(int bits) {
        int exponent = (bits >> HALF_FRACTION) & HALF_EXPONENT;
        int fraction = bits & ((1 << HALF_FRACTION) - 1);
        double significand = exponent == 0 ? fraction : fraction + (1 << HALF_FRACTION);
        double size = Math.scalb(significand, Math.max(1, exponent) - HALF_BIAS - HALF_FRACTION);
        double value = exponent == HALF_EXPONENT ? Double.POSITIVE_INFINITY : size;
        return (bits & (1 << (Short.SIZE - 1))) == 0 ? value : -value;
    }
}
