package io.pepper.onnx.testmodels;

import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorAnnotation;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.List;
import java.util.Objects;

/**
 * Writes a model: IR version 8 and operator set 17 unless told otherwise. The same calls give the same bytes.
 *
 * <pre>{@code
 * ModelProto model = ModelBuilder.model("pair")
 *         .input("x", FLOAT, "batch", 16)
 *         .linear("h", "x", 16, 32)
 *         .let("y", "Relu", "h")
 *         .output("y", FLOAT, "batch", 32)
 *         .build();
 * }</pre>
 */
public final class ModelBuilder extends GraphScope<ModelBuilder> {
    private static final long DEFAULT_IR_VERSION = 8;
    private static final long DEFAULT_OPSET = 17;

    private final String name;
    private final ModelProto.Builder model = ModelProto.newBuilder();
    private long opset = DEFAULT_OPSET;
    private boolean initializersAsInputs;

    private ModelBuilder(String name) {
        super(name);
        this.name = Objects.requireNonNull(name);
        model.setIrVersion(DEFAULT_IR_VERSION).setProducerName("pepper-tests");
    }

    public static ModelBuilder model(String name) {
        return new ModelBuilder(name);
    }

    public ModelBuilder irVersion(long version) {
        model.setIrVersion(version);
        return this;
    }

    /** The version of the standard operators. */
    public ModelBuilder opset(long version) {
        opset = version;
        return this;
    }

    /** Operators of another domain. */
    public ModelBuilder opset(String domain, long version) {
        model.addOpsetImport(operators(domain, version));
        return this;
    }

    public ModelBuilder metadata(String key, String value) {
        model.addMetadataProps(entry(key, value));
        return this;
    }

    public ModelBuilder doc(String modelText, String graphText) {
        model.setDocString(modelText);
        graph.setDocString(graphText);
        return this;
    }

    public ModelBuilder producer(String producer, String version) {
        model.setProducerName(producer).setProducerVersion(version);
        return this;
    }

    public ModelBuilder function(FunctionProto function) {
        model.addFunctions(function);
        return this;
    }

    /** A matrix of which only the elements at the given row-major positions are not zero. */
    public ModelBuilder sparse(TensorProto values, List<Long> positions, long rows, long columns) {
        TensorProto.Builder indices = TensorProto.newBuilder()
                .addDims(positions.size())
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addAllInt64Data(positions);
        graph.addSparseInitializer(SparseTensorProto.newBuilder()
                .setValues(values)
                .setIndices(indices)
                .addDims(rows)
                .addDims(columns));
        return this;
    }

    /** States which tensors hold the scale and the zero point of a tensor. */
    public ModelBuilder quantization(String tensor, String scale, String zeroPoint) {
        graph.addQuantizationAnnotation(TensorAnnotation.newBuilder()
                .setTensorName(tensor)
                .addQuantParameterTensorNames(entry("SCALE_TENSOR", scale))
                .addQuantParameterTensorNames(entry("ZERO_POINT_TENSOR", zeroPoint)));
        return this;
    }

    /** Lists every initializer among the inputs too, as files of IR version 3 must. */
    public ModelBuilder initializersAsInputs() {
        initializersAsInputs = true;
        return this;
    }

    public ModelProto build() {
        var file = model.clone();
        var main = graph.clone();
        if (initializersAsInputs) {
            graph.getInitializerList().forEach(tensor -> main.addInput(listed(tensor)));
        }
        return file.addOpsetImport(0, operators("", opset)).setGraph(main).build();
    }

    /** The model together with the tensors expected to cut it, from the inputs to the outputs. */
    public TestModel expecting(String... cuts) {
        return expecting(List.of(cuts));
    }

    /** The model together with the tensors expected to cut it, from the inputs to the outputs. */
    public TestModel expecting(List<String> cuts) {
        return new TestModel(name, build(), cuts);
    }

    @Override
    ModelBuilder self() {
        return this;
    }

    private static ValueInfoProto listed(TensorProto tensor) {
        TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
        return value(tensor.getName(), type, tensor.getDimsList().toArray());
    }

    private static OperatorSetIdProto operators(String domain, long version) {
        return OperatorSetIdProto.newBuilder()
                .setDomain(domain)
                .setVersion(version)
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
