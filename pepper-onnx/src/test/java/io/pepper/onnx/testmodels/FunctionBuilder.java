package io.pepper.onnx.testmodels;

import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import java.util.List;

/** Writes a function of a model's own. */
public final class FunctionBuilder {
    private final FunctionProto.Builder function = FunctionProto.newBuilder();

    private FunctionBuilder() {}

    public static FunctionBuilder function(String domain, String name) {
        FunctionBuilder builder = new FunctionBuilder();
        builder.function.setDomain(domain).setName(name);
        return builder;
    }

    public FunctionBuilder opset(String domain, long version) {
        function.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version));
        return this;
    }

    public FunctionBuilder in(String... tensors) {
        function.addAllInput(List.of(tensors));
        return this;
    }

    public FunctionBuilder out(String... tensors) {
        function.addAllOutput(List.of(tensors));
        return this;
    }

    public FunctionBuilder attribute(String name) {
        function.addAttribute(name);
        return this;
    }

    public FunctionBuilder doc(String text) {
        function.setDocString(text);
        return this;
    }

    public FunctionBuilder add(NodeSpec spec) {
        function.addNode(spec.build(function.getNodeCount()));
        return this;
    }

    /** An operator without attributes: {@code output = type(inputs)}. */
    public FunctionBuilder let(String output, String type, String... inputs) {
        return add(NodeSpec.node(type).in(inputs).out(output));
    }

    public FunctionProto build() {
        return function.build();
    }
}
