package io.pepper.onnx.internal.shape;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;
import io.pepper.model.ElementType;
import io.pepper.model.IsolatedRunException;
import io.pepper.model.Isolation;
import io.pepper.model.ProgressListener;
import io.pepper.model.RuntimeUnavailableException;
import io.pepper.onnx.internal.isolate.IsolatedMain;
import io.pepper.onnx.internal.isolate.IsolatedProcess;
import io.pepper.onnx.internal.model.FatalOperators;
import io.pepper.onnx.internal.model.OpeningWork;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.session.NativeRuntime;
import io.pepper.onnx.internal.session.Refusals;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The types and shapes that ONNX Runtime infers when it opens a model; nothing is run. With isolation, a child process
 * opens the models. It starts with the first question and lives until this object is closed. Not thread-safe.
 */
final class RuntimeTypes implements Closeable {
    private static final String INVENTED = "unk__";
    private static final long HEAP_SHARE = 8;
    private static final String TYPE_PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

    private final String source;
    private final TensorTypes.Serializer serializer;
    private final Optional<Isolation> isolation;
    private Optional<String> danger = Optional.empty();
    private @Nullable IsolatedProcess<IsolatedTypes.Question, IsolatedTypes.Told> child;

    /**
     * Creates the inference.
     *
     * @param source the model's name in messages
     * @param serializer creates the bytes that ONNX Runtime reads
     * @param isolation the limits of a child process; empty to open models in this process
     */
    RuntimeTypes(String source, TensorTypes.Serializer serializer, Optional<Isolation> isolation) {
        this.source = source;
        this.serializer = serializer;
        this.isolation = isolation;
    }

    /**
     * The answer of ONNX Runtime.
     *
     * @param types the known types by name; empty if it cannot open the model
     * @param failure why it cannot open the model
     */
    record Answer(Map<String, TypeProto> types, Optional<String> failure) {
        static Answer failure(String reason) {
            return new Answer(Map.of(), Optional.of(reason));
        }
    }

    /**
     * Opens a model and reads the types of its outputs.
     *
     * @param model the model
     * @param outputs the names of its outputs, in its order
     * @param level the optimisation of the model before types are read
     * @return the known types
     * @throws io.pepper.model.IsolatedRunException if the child process ended without an answer
     * @throws IOException if the model cannot be read
     */
    Answer ask(ModelProto model, List<String> outputs, OptLevel level) throws IOException {
        Optional<String> refusal = OpeningWork.refusal(model).or(() -> tooLong(model.getGraph(), outputs.size()));
        if (refusal.isPresent()) {
            return Answer.failure(refusal.get());
        }
        Optional<byte[]> bytes = serializer.bytes(model);
        if (bytes.isEmpty()) {
            return Answer.failure("the constants in its sub-graphs and functions are too large");
        }
        IsolatedTypes.Question question = new IsolatedTypes.Question(ByteBuffer.wrap(bytes.get()), outputs, level);
        if (isolation.isPresent()) {
            return askChild(isolation.get(), question);
        }
        Optional<String> risk = IsolatedMain.isThisProcess() ? Optional.empty() : FatalOperators.risk(model);
        return risk.isPresent() ? attempt(risk.get(), question) : ask(bytes.get(), outputs, level);
    }

    /**
     * Asks a child about a model that may crash ONNX Runtime. After a crash, or without a child, no further questions
     * are asked.
     */
    private Answer attempt(String risk, IsolatedTypes.Question question) throws IOException {
        if (danger.isEmpty()) {
            try {
                return askChild(Isolation.DEFAULTS, question);
            } catch (InterruptedIOException stop) {
                throw stop;
            } catch (IsolatedRunException ended) {
                danger = Optional.of(
                        "ONNX Runtime does not survive it, probably because of its " + risk + ": " + ended.what());
            } catch (IOException noChild) {
                danger = Optional.of("ONNX Runtime may end the process because of its " + risk
                        + ", and no child process could try it: " + noChild.getMessage());
            }
        }
        return Answer.failure(danger.get());
    }

    /** Returns why models must not be opened in this process, if a child did not survive one. */
    Optional<String> danger() {
        return danger;
    }

    /** Opens a model in this process. */
    static Answer ask(byte[] model, List<String> outputs, OptLevel level) {
        try {
            return new Answer(outputTypes(model, outputs, level), Optional.empty());
        } catch (RuntimeUnavailableException unavailable) {
            return Answer.failure(String.valueOf(unavailable.getMessage()));
        } catch (OrtException refused) {
            return Answer.failure("ONNX Runtime cannot open the model: " + Refusals.reason(refused));
        }
    }

    private Answer askChild(Isolation limits, IsolatedTypes.Question question) throws IOException {
        if (child == null) {
            child = IsolatedProcess.start(source, limits, IsolatedTypes.class, IsolatedTypes.Told.class);
        }
        return child.ask(question, ProgressListener.NONE).answer(source, question.outputs());
    }

    @Override
    public void close() throws IOException {
        if (child != null) {
            child.close();
        }
    }

    /**
     * Refuses long answers: ONNX Runtime repeats the names of dimensions for each tensor, and the answer must fit into
     * the heap.
     */
    private static Optional<String> tooLong(GraphProto graph, long outputs) {
        long longest = Stream.concat(graph.getInputList().stream(), graph.getValueInfoList().stream())
                .mapToLong(value -> value.getType().getTensorType().getShape().getDimList().stream()
                        .mapToLong(dim -> dim.getDimParam().length())
                        .sum())
                .max()
                .orElse(0);
        return longest * outputs <= Runtime.getRuntime().maxMemory() / HEAP_SHARE
                ? Optional.empty()
                : Optional.of("the names of its dimensions are too long: " + longest + " characters for each of "
                        + outputs + " tensors do not fit into the heap");
    }

    private static Map<String, TypeProto> outputTypes(byte[] model, List<String> outputs, OptLevel level)
            throws OrtException, RuntimeUnavailableException {
        OrtEnvironment environment = NativeRuntime.environment();
        Map<String, TypeProto> types = new LinkedHashMap<>();
        try (SessionOptions options = new SessionOptions()) {
            options.setOptimizationLevel(level);
            options.setIntraOpNumThreads(1);
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            try (OrtSession session = environment.createSession(model, options)) {
                Collection<NodeInfo> infos = session.getOutputInfo().values();
                Set<String> known = new HashSet<>(outputs);
                int position = 0;
                for (NodeInfo output : infos) {
                    // The Java API garbles names with characters beyond the basic plane, but keeps the order.
                    boolean garbled = infos.size() == outputs.size() && !known.contains(output.getName());
                    String name = garbled ? outputs.get(position) : output.getName();
                    type(output.getInfo()).ifPresent(type -> types.put(name, type));
                    position++;
                }
            }
        }
        return types;
    }

    private static Optional<TypeProto> type(ValueInfo info) {
        if (info instanceof TensorInfo tensor) {
            return element(tensor.onnxType).map(element -> tensor(element, shape(tensor)));
        }
        if (info instanceof SequenceInfo sequence) {
            Optional<TypeProto> element = sequence.isSequenceOfMaps() && sequence.mapInfo != null
                    ? map(sequence.mapInfo)
                    : element(sequence.sequenceType).map(type -> tensor(type, Optional.empty()));
            return element.map(type -> TypeProto.newBuilder()
                    .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(type))
                    .build());
        }
        return info instanceof MapInfo map ? map(map) : Optional.empty();
    }

    private static Optional<TypeProto> map(MapInfo map) {
        Optional<ElementType> key = element(map.keyType);
        Optional<ElementType> value = element(map.valueType);
        if (key.isEmpty() || value.isEmpty()) {
            return Optional.empty();
        }
        TypeProto.Map.Builder type = TypeProto.Map.newBuilder()
                .setKeyType(key.get().code())
                .setValueType(tensor(value.get(), Optional.empty()));
        return Optional.of(TypeProto.newBuilder().setMapType(type).build());
    }

    private static TypeProto tensor(ElementType element, Optional<TensorShapeProto> shape) {
        TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(element.code());
        shape.ifPresent(tensor::setShape);
        return TypeProto.newBuilder().setTensorType(tensor).build();
    }

    /** Maps types by name: the Java API numbers the types differently from the specification. */
    private static Optional<ElementType> element(TensorInfo.OnnxTensorType type) {
        return ElementType.named(type.name().substring(TYPE_PREFIX.length()).toLowerCase(Locale.ROOT));
    }

    private static Optional<ElementType> element(OnnxJavaType type) {
        return ElementType.named(type.name().toLowerCase(Locale.ROOT));
    }

    /**
     * Returns the shape. ONNX Runtime reports an unknown rank as no dimensions, so that it cannot be distinguished from
     * a scalar.
     */
    private static Optional<TensorShapeProto> shape(TensorInfo tensor) {
        long[] sizes = tensor.getShape();
        if (sizes.length == 0) {
            return Optional.empty();
        }
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        String[] names = tensor.getDimensionNames();
        for (int i = 0; i < sizes.length; i++) {
            TensorShapeProto.Dimension.Builder dim = shape.addDimBuilder();
            if (sizes[i] >= 0) {
                dim.setDimValue(sizes[i]);
            } else if (names != null && i < names.length && isGiven(names[i])) {
                dim.setDimParam(names[i]);
            }
        }
        return Optional.of(shape.build());
    }

    /** Returns whether a size has a name from the model: ONNX Runtime invents names for the others. */
    private static boolean isGiven(String name) {
        return !name.isEmpty() && !name.startsWith(INVENTED);
    }
}
