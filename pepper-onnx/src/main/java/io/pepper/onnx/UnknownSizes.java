package io.pepper.onnx;

import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.internal.cost.CostWalk;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** The search for the reason why a tensor's size is unknown. */
final class UnknownSizes {
    private final TensorShapes shapes;
    private final Map<String, NodeProto> makers = new HashMap<>();

    UnknownSizes(GraphProto graph, TensorShapes shapes) {
        this.shapes = shapes;
        for (NodeProto node : graph.getNodeList()) {
            for (int i = 0; i < node.getOutputCount(); i++) {
                makers.put(node.getOutput(i), node);
            }
        }
        makers.remove("");
    }

    /** Returns the exception for a tensor of the main graph or of a body. */
    UnknownSizeException of(String tensor) {
        return exception("the size of tensor '" + tensor + "' is not known: " + reason(tensor));
    }

    /** Returns the exception for an operator with a body. */
    UnknownSizeException ofRuns(String operator) {
        String reason = shapes.failure().or(this::openSizes).orElse("it depends on values");
        return exception("how often the body of operator " + operator + " runs is not known: " + reason);
    }

    /** Returns the exception for a sum of arithmetic that exceeds 2^63 - 1, although each summand is known. */
    UnknownSizeException tooMuch() {
        return exception("the arithmetic of the model is more than 2^63 - 1 operations");
    }

    private UnknownSizeException exception(String message) {
        return new UnknownSizeException(message, shapes.openDimensions());
    }

    private String reason(String tensor) {
        if (isFixed(tensor) && shapes.of(tensor).type().isPresent()) {
            return shapes.of(tensor) + " is too large to be counted";
        }
        return shapes.failure().or(this::openSizes).orElseGet(() -> culprit(tensor));
    }

    private Optional<String> openSizes() {
        return shapes.openDimensions().isEmpty()
                ? Optional.empty()
                : Optional.of("the inputs leave open " + String.join(", ", shapes.openDimensions()));
    }

    private boolean isFixed(String tensor) {
        return shapes.of(tensor)
                .shape()
                .filter(dims -> dims.stream().allMatch(dim -> dim.size().isPresent()))
                .isPresent();
    }

    /** Goes back to the first operator whose inputs all have a known size, and returns its reason. */
    private String culprit(String tensor) {
        Set<String> met = new HashSet<>();
        NodeProto maker = makers.get(tensor);
        while (maker != null) {
            Optional<String> before = IntStream.range(0, maker.getInputCount())
                    .mapToObj(maker::getInput)
                    .filter(input -> makers.containsKey(input) && !isFixed(input) && met.add(input))
                    .findFirst();
            if (before.isEmpty()) {
                return reason(maker);
            }
            maker = makers.get(before.get());
        }
        return "it depends on values";
    }

    private static String reason(NodeProto maker) {
        String operator = "operator '" + maker.getName() + "' (" + CostWalk.typeOf(maker) + ")";
        return CostWalk.domain(maker.getDomain()).isEmpty()
                ? "it depends on values, in " + operator
                : "neither ONNX Runtime nor this library infers what " + operator + " makes";
    }
}
