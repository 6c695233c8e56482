package io.pepper.onnx;

import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Moves tensors of test models to a file beside them, as exporters of large models do. */
final class ExternalModels {
    private static final int ALIGNMENT = 4096;

    private final String file;
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    ExternalModels(String file) {
        this.file = file;
    }

    /** What the file holds. */
    byte[] data() {
        return data.toByteArray();
    }

    /** A tensor without data that says where they are; each begins at a page of the file. */
    TensorProto moved(TensorProto tensor) {
        byte[] bytes = tensor.getRawData().toByteArray();
        data.writeBytes(new byte[(ALIGNMENT - data.size() % ALIGNMENT) % ALIGNMENT]);
        int offset = data.size();
        data.writeBytes(bytes);
        return external(tensor, "location", file, "offset", "" + offset, "length", "" + bytes.length);
    }

    /** All initializers of the main graph moved. */
    ModelProto moved(ModelProto model) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearInitializer();
        model.getGraph().getInitializerList().forEach(tensor -> graph.addInitializer(moved(tensor)));
        return model.toBuilder().setGraph(graph).build();
    }

    /** A tensor without data and with entries of any kind. */
    static TensorProto external(TensorProto tensor, String... keysAndValues) {
        TensorProto.Builder moved =
                tensor.toBuilder().clearRawData().setDataLocation(TensorProto.DataLocation.EXTERNAL);
        var words = Arrays.asList(keysAndValues).iterator();
        while (words.hasNext()) {
            moved.addExternalData(
                    StringStringEntryProto.newBuilder().setKey(words.next()).setValue(words.next()));
        }
        return moved.build();
    }
}
