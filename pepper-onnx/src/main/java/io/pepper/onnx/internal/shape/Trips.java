package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The number of iterations of a Loop, if it is certain: the maximum is a constant, and the condition is true at the
 * start and stays true, or is false at the start.
 */
final class Trips {
    private static final int CONDITION = 1;

    private final NodeProto loop;
    private final GraphProto body;
    private final Environment around;

    private Trips(NodeProto loop, GraphProto body, Environment around) {
        this.loop = loop;
        this.body = body;
        this.around = around;
    }

    static Optional<Long> of(NodeProto loop, GraphProto body, Environment around) {
        return new Trips(loop, body, around).count();
    }

    private Optional<Long> count() {
        Optional<Boolean> start = given(CONDITION) ? truth(around.value(loop.getInput(CONDITION))) : Optional.of(true);
        if (start.isEmpty()) {
            return Optional.empty();
        } else if (!start.get()) {
            return Optional.of(0L);
        }
        Optional<Long> most =
                given(0) ? around.value(loop.getInput(0)).flatMap(Iteration::integer) : Optional.<Long>empty();
        return most.map(trips -> Math.max(0, trips)).filter(trips -> trips <= 1 || staysTrue());
    }

    private boolean given(int input) {
        return input < loop.getInputCount() && !loop.getInput(input).isEmpty();
    }

    /** Returns whether the body passes its condition on, or returns a constant. */
    private boolean staysTrue() {
        if (body.getOutputCount() == 0 || body.getInputCount() <= CONDITION) {
            return false;
        }
        Map<String, NodeProto> makers = new HashMap<>();
        body.getNodeList().forEach(node -> node.getOutputList().forEach(output -> makers.put(output, node)));
        Environment inside = around.inside(body);
        String condition = body.getOutput(0).getName();
        Set<String> met = new HashSet<>();
        while (met.add(condition)) {
            NodeProto maker = makers.get(condition);
            if (condition.equals(body.getInput(CONDITION).getName())) {
                return true;
            } else if (maker == null || !maker.getOpType().equals("Identity")) {
                return truth(inside.value(condition)).orElse(false);
            }
            condition = maker.getInput(0);
        }
        return false;
    }

    private static Optional<Boolean> truth(Optional<TensorProto> value) {
        return value.filter(tensor -> tensor.getDataType() == TensorProto.DataType.BOOL.getNumber())
                .flatMap(tensor -> {
                    if (tensor.getInt32DataCount() == 1) {
                        return Optional.of(tensor.getInt32Data(0) != 0);
                    }
                    return tensor.getRawData().size() == 1
                            ? Optional.of(tensor.getRawData().byteAt(0) != 0)
                            : Optional.empty();
                });
    }

    /** Returns the body of a Loop or Scan. */
    static Optional<AttributeProto> body(NodeProto node) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("body") && attribute.hasG())
                .findFirst();
    }
}
