package io.pepper.onnx.internal.cost;

import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** One operator as the formulas see it. Immutable. */
public final class OperatorCall {
    private final NodeProto node;
    private final List<Optional<TensorInfo>> inputs;
    private final List<Optional<TensorInfo>> outputs;

    /**
     * Puts together what is known of an operator.
     *
     * @param node the operator
     * @param inputs one entry for each of its inputs, empty if it is left out or nothing is known of it
     * @param outputs one entry for each of its outputs, empty if it is left out or nothing is known of it
     */
    public OperatorCall(NodeProto node, List<Optional<TensorInfo>> inputs, List<Optional<TensorInfo>> outputs) {
        this.node = node;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    /** Thrown where a formula needs a size that is not known, or that does not fit the operator. */
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

    /** Whether an input is given. */
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

    /** The dimensions of an input. */
    long[] input(int input) throws SizeMissing {
        return sizes(inputs, input).orElseThrow(() -> missingInput(input));
    }

    /** The dimensions of an input, of which there must be so many at least. */
    long[] input(int input, int rank) throws SizeMissing {
        long[] sizes = input(input);
        if (sizes.length < rank) {
            throw missingInput(input);
        }
        return sizes;
    }

    /** The dimensions of an output. */
    long[] output(int output) throws SizeMissing {
        return sizes(outputs, output).orElseThrow(() -> missingOutput(output));
    }

    /** How many elements an input has. */
    long inputElements(int input) throws SizeMissing {
        return product(input(input));
    }

    /** How many elements an output has. */
    long outputElements(int output) throws SizeMissing {
        return product(output(output));
    }

    /** The product of some factors from one on. */
    static long product(long... factors) {
        return LongStream.of(factors).reduce(1, Math::multiplyExact);
    }

    private Optional<AttributeProto> attribute(String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst();
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

    /** How many numbers an attribute has. */
    int numbers(String name) {
        return attribute(name).map(AttributeProto::getFloatsCount).orElse(0);
    }

    /** The integers of an attribute, none if it is left out. */
    int[] integers(String name) {
        return attribute(name).map(AttributeProto::getIntsList).orElse(List.of()).stream()
                .mapToInt(value -> (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value)))
                .toArray();
    }

    /** The product of the integers of an attribute; empty if it is left out or one is negative. */
    Optional<Long> productOf(String name) {
        return attribute(name)
                .map(AttributeProto::getIntsList)
                .filter(values -> values.stream().allMatch(value -> value >= 0))
                .map(values ->
                        product(values.stream().mapToLong(Long::longValue).toArray()));
    }
}
