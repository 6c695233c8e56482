package io.pepper.onnx.internal.cost;

import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.model.NodeAttributes;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** One operator with the known types of its inputs and outputs, for the formulas. Immutable. */
public final class OperatorCall {
    private final NodeProto node;
    private final List<Optional<TensorInfo>> inputs;
    private final List<Optional<TensorInfo>> outputs;

    /**
     * Creates a call.
     *
     * @param node the operator
     * @param inputs an entry for each of its inputs; empty if the input is left out or unknown
     * @param outputs an entry for each of its outputs; empty if the output is left out or unknown
     */
    public OperatorCall(NodeProto node, List<Optional<TensorInfo>> inputs, List<Optional<TensorInfo>> outputs) {
        this.node = node;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    /** Thrown if a size that a formula needs is unknown, or does not fit the operator. */
    static final class SizeMissing extends Exception {
        private static final long serialVersionUID = 1;

        private final String tensor;

        SizeMissing(String tensor) {
            super(tensor, null, false, false);
            this.tensor = tensor;
        }

        String tensor() {
            return tensor;
        }
    }

    String type() {
        return node.getOpType();
    }

    String domain() {
        return node.getDomain().equals("ai.onnx") ? "" : node.getDomain();
    }

    int inputCount() {
        return node.getInputCount();
    }

    int outputCount() {
        return node.getOutputCount();
    }

    String inputName(int input) {
        return node.getInput(input);
    }

    /** Returns whether an input is given. */
    boolean has(int input) {
        return input < node.getInputCount() && !node.getInput(input).isEmpty();
    }

    private static SizeMissing missing(List<String> names, int place, NodeProto node) {
        String name = place < names.size() ? names.get(place) : "";
        return new SizeMissing(name.isEmpty() ? node.getOpType() + " '" + node.getName() + "'" : name);
    }

    SizeMissing missingInput(int input) {
        return missing(node.getInputList(), input, node);
    }

    SizeMissing missingOutput(int output) {
        return missing(node.getOutputList(), output, node);
    }

    private static Optional<long[]> sizes(List<Optional<TensorInfo>> infos, int place) {
        Optional<List<Dimension>> shape =
                place < infos.size() ? infos.get(place).flatMap(TensorInfo::shape) : Optional.empty();
        if (shape.isEmpty() || shape.get().stream().anyMatch(d -> d.size().isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(
                shape.get().stream().mapToLong(d -> d.size().getAsLong()).toArray());
    }

    /** Returns the dimensions of an input. */
    long[] input(int input) throws SizeMissing {
        return sizes(inputs, input).orElseThrow(() -> missingInput(input));
    }

    /** Returns the dimensions of an input, which must have at least the given rank. */
    long[] input(int input, int rank) throws SizeMissing {
        long[] sizes = input(input);
        if (sizes.length < rank) {
            throw missingInput(input);
        }
        return sizes;
    }

    /** Returns the dimensions of an output. */
    long[] output(int output) throws SizeMissing {
        return sizes(outputs, output).orElseThrow(() -> missingOutput(output));
    }

    /** Returns the number of elements of an input. */
    long inputElements(int input) throws SizeMissing {
        return product(input(input));
    }

    /** Returns the number of elements of an output. */
    long outputElements(int output) throws SizeMissing {
        return product(output(output));
    }

    /** Returns the product of factors; 1 for none. */
    static long product(long... factors) {
        return LongStream.of(factors).reduce(1, Math::multiplyExact);
    }

    private Optional<AttributeProto> attribute(String name) {
        return NodeAttributes.find(node, name);
    }

    long integer(String name, long otherwise) {
        return attribute(name).map(AttributeProto::getI).orElse(otherwise);
    }

    float number(String name, float otherwise) {
        return attribute(name).map(AttributeProto::getF).orElse(otherwise);
    }

    String text(String name, String otherwise) {
        return attribute(name).map(a -> a.getS().toStringUtf8()).orElse(otherwise);
    }

    /** Returns the number of floats of an attribute. */
    int numbers(String name) {
        return attribute(name).map(AttributeProto::getFloatsCount).orElse(0);
    }

    /** Returns the integers of an attribute; empty if it is left out. */
    int[] integers(String name) {
        return attribute(name).map(AttributeProto::getIntsList).orElse(List.of()).stream()
                .mapToInt(value -> (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value)))
                .toArray();
    }

    /** Returns the product of the integers of an attribute; empty if it is left out or one is negative. */
    Optional<Long> productOf(String name) {
        return attribute(name)
                .map(AttributeProto::getIntsList)
                .filter(values -> values.stream().allMatch(value -> value >= 0))
                .map(values ->
                        product(values.stream().mapToLong(Long::longValue).toArray()));
    }
}
