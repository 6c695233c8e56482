package io.pepper.serving;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.session.ModelSession;
import io.pepper.session.PipelineOptions;
import io.pepper.session.PipelineSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Parts in a directory and on a server, in both forms of the protocol. */
final class Served {
    static final SessionOptions EXACT =
            SessionOptions.DEFAULTS.withStages(StageOptions.DEFAULTS.withOptimization(OptimizationLevel.NONE));
    static final PipelineOptions PIPELINE = PipelineOptions.DEFAULTS.withRuntime(EXACT);
    static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** Both forms at free ports. */
    static final InferenceServerOptions BOTH =
            InferenceServerOptions.DEFAULTS.withAddresses(Optional.of(ANY_PORT), Optional.of(ANY_PORT));

    private Served() {}

    static PartitionManifest everyCut(TestModel test, Path directory) throws IOException {
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name())) {
            return export(model, Partitioner.everyCut().partition(model.cuts()), directory);
        }
    }

    static PartitionManifest whole(ModelProto proto, Path directory) throws IOException {
        try (OnnxModel model = OnnxModel.load(proto.toByteArray(), "m")) {
            return export(model, Partition.whole(model.graph()), directory);
        }
    }

    private static PartitionManifest export(OnnxModel model, Partition partition, Path directory) throws IOException {
        return SubmodelExporter.export(model, partition, directory, ExportOptions.DEFAULTS.withDurable(false));
    }

    /** A model that adds its input to itself, of any number of rows. */
    static ModelProto doubling() {
        return ModelBuilder.model("m")
                .input("x", io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT, "n", 3)
                .let("y", "Add", "x", "x")
                .output("y", io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT, "n", 3)
                .build();
    }

    /** Opens each part as a model of its own, with the names {@code p0}, {@code p1} …. */
    static Map<String, ModelSession> parts(Path directory, PartitionManifest manifest) throws IOException {
        Map<String, ModelSession> models = new LinkedHashMap<>();
        for (int part = 0; part < manifest.parts().size(); part++) {
            models.put("p" + part, PipelineSession.openPart(directory, part, PIPELINE));
        }
        return models;
    }

    /** Opens all parts on a server, by one form of the protocol. */
    static List<Stage> stages(InferenceServer server, boolean grpc, PartitionManifest manifest) throws IOException {
        List<Stage> stages = new ArrayList<>();
        for (int part = 0; part < manifest.parts().size(); part++) {
            stages.add(RemoteStages.open(
                    endpoint(server, grpc, "p" + part), manifest.parts().get(part), RemoteOptions.DEFAULTS));
        }
        return stages;
    }

    static Endpoint endpoint(InferenceServer server, boolean grpc, String model) {
        return server.endpoints(model).stream()
                .filter(endpoint -> endpoint.scheme().isGrpc() == grpc)
                .findFirst()
                .orElseThrow();
    }

    static void close(Map<String, ? extends ModelSession> models) throws IOException {
        for (ModelSession model : models.values()) {
            model.close();
        }
    }

    static OnnxTensor floats(float[] values, long... shape) throws OrtException {
        ByteBuffer data = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
        data.asFloatBuffer().put(values);
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), data, shape, OnnxJavaType.FLOAT);
    }

    /** The outputs as values that are equal only if all bits are. */
    static Map<String, Object> answers(RunOutputs outputs) throws OrtException {
        Map<String, Object> answers = new LinkedHashMap<>();
        try (outputs) {
            for (Map.Entry<String, OnnxValue> output : outputs.values().entrySet()) {
                answers.put(output.getKey(), bits((OnnxTensor) output.getValue()));
            }
        }
        return answers;
    }

    static Object bits(OnnxTensor tensor) throws OrtException {
        Object data = tensor.getInfo().type == OnnxJavaType.STRING
                ? Arrays.deepToString(new Object[] {tensor.getValue()})
                : tensor.getByteBuffer();
        assertThat(data).isNotNull();
        return List.of(
                tensor.getInfo().onnxType, Arrays.toString(tensor.getInfo().getShape()), data);
    }
}
