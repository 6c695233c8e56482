package io.pepper.onnx.testmodels;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Seeded values for the inputs of a model, in the order of its inputs. Close it to free them.
 *
 * @param tensors one for each input that is no initializer
 */
public record TestInputs(Map<String, OnnxTensor> tensors) implements AutoCloseable {
    /** What a symbolic dimension stands for. */
    public static final long SYMBOL_SIZE = 2;

    /** Floats in [-1, 1), integers 0 to 3, booleans. */
    public static TestInputs of(ModelProto model, long seed) throws OrtException {
        GraphProto graph = model.getGraph();
        Set<String> constants =
                graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
        Random random = new Random(seed);
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        for (ValueInfoProto input : graph.getInputList()) {
            if (!constants.contains(input.getName())) {
                tensors.put(input.getName(), tensor(input.getType().getTensorType(), random));
            }
        }
        return new TestInputs(tensors);
    }

    @Override
    public void close() {
        tensors.values().forEach(OnnxTensor::close);
    }

    private static OnnxTensor tensor(TypeProto.Tensor type, Random random) throws OrtException {
        long[] shape = type.getShape().getDimList().stream()
                .mapToLong(TestInputs::size)
                .toArray();
        int count = 1;
        for (long size : shape) {
            count = Math.multiplyExact(count, Math.toIntExact(size));
        }
        DataType elements = DataType.forNumber(type.getElemType());
        ByteBuffer data = ByteBuffer.allocateDirect(count * Long.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < count; i++) {
            put(data, elements, random);
        }
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), data.flip(), shape, javaType(elements));
    }

    private static long size(TensorShapeProto.Dimension dimension) {
        return dimension.hasDimValue() ? dimension.getDimValue() : SYMBOL_SIZE;
    }

    private static void put(ByteBuffer data, DataType type, Random random) {
        float real = random.nextFloat() * 2 - 1;
        int whole = random.nextInt(4);
        switch (type) {
            case FLOAT -> data.putFloat(real);
            case DOUBLE -> data.putDouble(real);
            case FLOAT16 -> data.putShort(Tensors.half(real));
            case INT64 -> data.putLong(whole);
            case INT32 -> data.putInt(whole);
            case INT8, UINT8 -> data.put((byte) whole);
            case BOOL -> data.put((byte) (whole % 2));
            default -> throw new IllegalArgumentException("no test values of type " + type);
        }
    }

    private static OnnxJavaType javaType(DataType type) {
        return OnnxJavaType.valueOf(type.name());
    }
}
