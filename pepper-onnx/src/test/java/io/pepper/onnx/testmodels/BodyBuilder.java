package io.pepper.onnx.testmodels;

import io.pepper.onnx.internal.proto.GraphProto;

/** Writes the body of an If, Loop or Scan. Its operators may read tensors of the graphs around it. */
public final class BodyBuilder extends GraphScope<BodyBuilder> {
    private BodyBuilder(String name) {
        super(name);
    }

    public static BodyBuilder body(String name) {
        return new BodyBuilder(name);
    }

    public GraphProto build() {
        return graph.build();
    }

    @Override
    BodyBuilder self() {
        return this;
    }
}
