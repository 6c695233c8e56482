package io.pepper.onnx.internal.cost;

import com.google.protobuf.ByteString;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One operator being put together, with the shapes around it. */
final class Call {
    private final NodeProto.Builder node;
    private final List<Optional<TensorInfo>> inputs = new ArrayList<>();
    private final List<Optional<TensorInfo>> outputs = new ArrayList<>();

    private Call(String domain, String type) {
        node = NodeProto.newBuilder().setDomain(domain).setOpType(type).setName("op");
    }

    static Call of(String type) {
        return new Call("", type);
    }

    static Call of(String domain, String type) {
        return new Call(domain, type);
    }

    private static TensorInfo info(String name, long... dims) {
        return new TensorInfo(
                name,
                Optional.of("float"),
                Optional.of(Arrays.stream(dims)
                        .mapToObj(dim -> dim < 0 ? Dimension.unknown() : Dimension.of(dim))
                        .toList()));
    }

    /** An input; a negative size is unknown. */
    Call in(long... dims) {
        String name = "in" + inputs.size();
        node.addInput(name);
        inputs.add(Optional.of(info(name, dims)));
        return this;
    }

    /** An input that is left out. */
    Call skip() {
        node.addInput("");
        inputs.add(Optional.empty());
        return this;
    }

    /** An input of which nothing is known. */
    Call unknown() {
        node.addInput("in" + inputs.size());
        inputs.add(Optional.empty());
        return this;
    }

    Call out(long... dims) {
        String name = "out" + outputs.size();
        node.addOutput(name);
        outputs.add(Optional.of(info(name, dims)));
        return this;
    }

    Call with(String name, long value) {
        node.addAttribute(AttributeProto.newBuilder().setName(name).setI(value));
        return this;
    }

    Call with(String name, double value) {
        node.addAttribute(AttributeProto.newBuilder().setName(name).setF((float) value));
        return this;
    }

    Call with(String name, String value) {
        node.addAttribute(
                AttributeProto.newBuilder().setName(name).setS(ByteString.copyFrom(value, StandardCharsets.UTF_8)));
        return this;
    }

    Call ints(String name, long... values) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
        Arrays.stream(values).forEach(attribute::addInts);
        node.addAttribute(attribute);
        return this;
    }

    Call floats(String name, int count) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
        for (int i = 0; i < count; i++) {
            attribute.addFloats(i);
        }
        node.addAttribute(attribute);
        return this;
    }

    String type() {
        return node.getDomain() + ":" + node.getOpType();
    }

    Estimate estimate() {
        return OperatorFormulas.estimate(new OperatorCall(node.build(), inputs, outputs));
    }
}
