package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import io.pepper.model.ElementType;
import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tensors of unsigned integers of 16, 32 and 64 bits, which ONNX Runtime's Java interface cannot create. They are
 * created from signed tensors of the same bits by a model with a single operator, Cast, which stays open. Thread-safe.
 */
public final class UnsignedTensors {
    private static final Map<ElementType, ElementType> SIGNED = Map.of(
            ElementType.UINT16, ElementType.INT16,
            ElementType.UINT32, ElementType.INT32,
            ElementType.UINT64, ElementType.INT64);
    private static final Map<ElementType, OrtSession> CASTS = new ConcurrentHashMap<>();
    private static final long OPSET = 13;

    private UnsignedTensors() {}

    /**
     * Returns the type whose tensors have the same bits and can be created.
     *
     * @param type an element type
     * @return the signed type; empty for other types
     */
    public static Optional<ElementType> signed(ElementType type) {
        return Optional.ofNullable(SIGNED.get(type));
    }

    /**
     * Creates a tensor.
     *
     * @param bits a tensor of the signed type, which is closed
     * @param type the type of the tensor to create
     * @return a tensor of the same bits, which the caller closes
     * @throws IOException if ONNX Runtime refuses it
     */
    public static OnnxTensor of(OnnxTensor bits, ElementType type) throws IOException {
        try (bits) {
            OrtSession cast = CASTS.get(type);
            if (cast == null) {
                cast = opened(type);
            }
            OnnxValue made = Sessions.run(type.onnxName(), cast, Map.of("x", bits), Set.of("y"), Optional.empty())
                    .get("y");
            if (made instanceof OnnxTensor tensor) {
                return tensor;
            }
            throw new IllegalStateException("Cast gives no tensor: " + made);
        }
    }

    private static synchronized OrtSession opened(ElementType type) throws IOException {
        OrtSession known = CASTS.get(type);
        if (known != null) {
            return known;
        }
        OrtSession cast = Sessions.open(
                ModelSource.bytes(type.onnxName(), model(type)),
                SessionSettings.of(1, OptimizationLevel.NONE, SessionSettings.CPU, false));
        CASTS.put(type, cast);
        return cast;
    }

    private static byte[] model(ElementType type) {
        NodeProto cast = NodeProto.newBuilder()
                .setOpType("Cast")
                .addInput("x")
                .addOutput("y")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(type.code()))
                .build();
        GraphProto graph = GraphProto.newBuilder()
                .setName("cast")
                .addNode(cast)
                .addInput(value("x", SIGNED.getOrDefault(type, type)))
                .addOutput(value("y", type))
                .build();
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static ValueInfoProto value(String name, ElementType type) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.code())))
                .build();
    }
}
