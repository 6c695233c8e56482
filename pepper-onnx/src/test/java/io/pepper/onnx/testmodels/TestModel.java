package io.pepper.onnx.testmodels;

import io.pepper.onnx.internal.proto.ModelProto;
import java.util.List;

/**
 * A model and the answer that is expected for it.
 *
 * @param name distinct among {@link Topologies#all()}
 * @param model the model
 * @param expectedCuts the tensors that cut the model in two by themselves, from the inputs to the outputs
 */
public record TestModel(String name, ModelProto model, List<String> expectedCuts) {
    public TestModel {
        expectedCuts = List.copyOf(expectedCuts);
    }

    /** The file. */
    public byte[] bytes() {
        return model.toByteArray();
    }

    @Override
    public String toString() {
        return name;
    }
}
