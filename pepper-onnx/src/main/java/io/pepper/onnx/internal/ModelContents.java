package io.pepper.onnx.internal;

import io.pepper.model.InputShapes;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.model.Constants;
import io.pepper.onnx.internal.model.ExternalData;
import io.pepper.onnx.internal.model.FunctionId;
import io.pepper.onnx.internal.model.GraphReader;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.model.NoTensors;
import io.pepper.onnx.internal.model.Specialization;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.model.WeightRanges;
import io.pepper.onnx.internal.model.Weights;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.shape.ShapeInference;
import io.pepper.onnx.internal.shape.TensorTypes;
import io.pepper.onnx.internal.wire.ArraySource;
import io.pepper.onnx.internal.wire.ByteSource;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.FileSource;
import io.pepper.onnx.internal.wire.ForeignFormat;
import io.pepper.onnx.internal.wire.Payload;
import io.pepper.onnx.internal.wire.PayloadScanner;
import io.pepper.onnx.internal.wire.PayloadTable;
import io.pepper.onnx.internal.wire.PayloadWeaver;
import io.pepper.onnx.internal.wire.Skeleton;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An open model: its bytes, its message without large payloads, and the graph understood. Thread-safe. */
public final class ModelContents implements Closeable {
    /** Constants inside sub-graphs and functions are given to ONNX Runtime for type inference up to this size. */
    private static final long MAX_INFERENCE_BYTES = 64L << 20;

    /** Neither protobuf nor ONNX Runtime reads a message of more. */
    private static final long MAX_MESSAGE_BYTES = Integer.MAX_VALUE - 8L;

    private final String name;
    private final ByteSource source;
    private final Optional<Path> file;
    private final ReadOptions options;
    private final ExternalData external;
    private final Skeleton skeleton;
    private final ModelGraph graph;
    private final TensorTypes types;
    private final Set<String> noTensors;
    private @Nullable String sha256;

    /**
     * Opens a model.
     *
     * @param name the model's name
     * @param source its bytes, closed with the contents, or at once if the model is refused
     * @param file the file of the bytes, if they stand in one
     * @param directory where its external data may be, if anywhere
     * @throws IOException if it cannot be read, or is no model
     */
    public ModelContents(String name, ByteSource source, Optional<Path> file, Optional<Path> directory)
            throws IOException {
        this(name, source, file, directory, ReadOptions.DEFAULTS);
    }

    /**
     * Opens a model.
     *
     * @param name the model's name
     * @param source its bytes, closed with the contents, or at once if the model is refused
     * @param file the file of the bytes, if they stand in one
     * @param directory where its external data may be, if anywhere
     * @param options how to open it
     * @throws IOException if it cannot be read, or is no model
     */
    public ModelContents(
            String name, ByteSource source, Optional<Path> file, Optional<Path> directory, ReadOptions options)
            throws IOException {
        this.name = name;
        this.source = source;
        this.file = file;
        this.options = options;
        this.external = new ExternalData(source, directory, options);
        try {
            skeleton = external.attach(scan(source, options));
            ModelProto message = Specialization.of(source.name(), skeleton.model(), options.inputValues());
            graph = GraphReader.read(source.name(), message, skeleton.payloads()::bytes);
            types = new TensorTypes(
                    source.name(),
                    message,
                    skeleton.payloads()::isTakenOut,
                    this::bytesForInference,
                    options.isolation());
            noTensors = NoTensors.of(message, types::of);
        } catch (IOException | RuntimeException refused) {
            closeAfter(refused);
            throw refused;
        }
    }

    /** What is no model is said to be what it is. */
    private static Skeleton scan(ByteSource source, ReadOptions options) throws IOException {
        try {
            Skeleton scanned = PayloadScanner.scan(source, options.limits());
            if (!scanned.model().hasGraph()) {
                throw new MalformedModelException(
                        source.name(),
                        "graph",
                        "is missing: this is no ONNX model, perhaps another protobuf (a tensor, a Core ML model)");
            }
            return scanned;
        } catch (MalformedModelException malformed) {
            Optional<String> kind = ForeignFormat.of(source);
            if (kind.isPresent()) {
                throw new MalformedModelException(source.name(), "file", kind.get(), malformed);
            }
            throw malformed;
        }
    }

    private void closeAfter(Exception failure) {
        try {
            close();
        } catch (IOException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }

    private Optional<byte[]> bytesForInference(ModelProto model) throws IOException {
        PayloadWeaver weaver = new PayloadWeaver(model, skeleton.payloads());
        long size = weaver.size();
        if (size > MAX_INFERENCE_BYTES + model.getSerializedSize()) {
            return Optional.empty();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) size);
        weaver.write(new MemorySink(bytes));
        return Optional.of(bytes.toByteArray());
    }

    /**
     * The model's name.
     *
     * @return the file's name without its ending
     */
    public String name() {
        return name;
    }

    /**
     * How the model was opened.
     *
     * @return the options
     */
    public ReadOptions options() {
        return options;
    }

    /**
     * The model's bytes.
     *
     * @return open until the contents are closed
     */
    public ByteSource source() {
        return source;
    }

    /**
     * The bytes of the model with those of its data files.
     *
     * @return the sizes of the files when they were opened
     */
    public long bytes() {
        return source.size()
                + external.files().stream().mapToLong(FileSource::size).sum();
    }

    /**
     * What ONNX Runtime opens. A model that keeps tensors in other files, or that is too large for ONNX Runtime, is handed over as
     * bytes that refer to these files by their real places, so that no path of the model's own is followed.
     *
     * @return the file, or bytes
     * @throws IOException if the model cannot be read
     */
    public ModelSource runtimeSource() throws IOException {
        if (file.isPresent() && (!external.files().isEmpty() || source.size() > MAX_MESSAGE_BYTES)) {
            return runtimeSource(skeleton.model());
        }
        return file.map(ModelSource::file).orElseGet(() -> ModelSource.bytes(name, ((ArraySource) source).bytes()));
    }

    /**
     * What ONNX Runtime opens where the file itself is wanted: the file, unless its data lies where ONNX Runtime would not look, behind
     * links that the caller allowed.
     *
     * @return the file, or bytes
     * @throws IOException if the model cannot be read
     */
    public ModelSource fileSource() throws IOException {
        Path named = directory(file.orElseThrow().toAbsolutePath()).toRealPath();
        Path real = directory(((FileSource) source).real());
        boolean within = external.files().stream()
                .map(FileSource::real)
                .allMatch(place -> place.startsWith(named) || place.startsWith(real));
        return within ? ModelSource.file(file.get()) : runtimeSource();
    }

    private static Path directory(Path file) {
        return Objects.requireNonNull(file.getParent(), "a file is in a directory");
    }

    /**
     * The message as it was read, with the inputs that are set to values.
     *
     * @return the model whose source is {@link #runtimeSource()}
     */
    public ModelProto original() {
        return skeleton.model();
    }

    /**
     * What ONNX Runtime opens for a variant of this model.
     *
     * @param variant a message whose large tensors are this model's
     * @return bytes; where this model stands in files, they refer to these
     * @throws UnsupportedModelException if they would be more than ONNX Runtime reads
     * @throws IOException if the model cannot be read
     */
    public ModelSource runtimeSource(ModelProto variant) throws IOException {
        Optional<Path> directory = commonDirectory();
        ModelProto message = variant;
        if (directory.isPresent()) {
            Path top = directory.get();
            message = WeightRanges.moved(
                    variant,
                    skeleton.payloads(),
                    bytes -> Optional.of(new WeightRanges.Place(
                            WeightRanges.location(top, ((FileSource) bytes.source()).real()), bytes.position())));
        }
        PayloadWeaver weaver = new PayloadWeaver(message, skeleton.payloads());
        if (weaver.size() > MAX_MESSAGE_BYTES) {
            throw new UnsupportedModelException(
                    source.name(), "model", "has " + weaver.size() + " bytes that cannot stand in a data file");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) weaver.size());
        weaver.write(new MemorySink(bytes));
        return directory.isPresent()
                ? ModelSource.bytes(source.name(), bytes.toByteArray(), directory.get())
                : ModelSource.bytes(source.name(), bytes.toByteArray());
    }

    /** The innermost directory that all files are in, those of the large tensors and the model's own. */
    private Optional<Path> commonDirectory() {
        Path common = null;
        for (Payload payload : (Iterable<Payload>) skeleton.payloads().stream()::iterator) {
            if (!(payload.source() instanceof FileSource in)) {
                return Optional.empty();
            }
            Path directory = in.real().getParent();
            while (common != null && directory != null && !common.startsWith(directory)) {
                directory = directory.getParent();
            }
            common = directory;
            if (common == null) {
                return Optional.empty();
            }
        }
        return Optional.ofNullable(common);
    }

    /**
     * The graph.
     *
     * @return the main graph, understood
     */
    public ModelGraph graph() {
        return graph;
    }

    /**
     * The large payloads.
     *
     * @return those that the model's message refers to
     */
    public PayloadTable payloads() {
        return skeleton.payloads();
    }

    /**
     * Types and shapes.
     *
     * @return those of the main graph's tensors
     */
    public TensorTypes types() {
        return types;
    }

    /**
     * The values that cannot be handed from one part to another.
     *
     * @return names of sequences, maps and optionals of the main graph
     */
    public Set<String> noTensors() {
        return noTensors;
    }

    /**
     * Types and shapes of all tensors for given sizes of inputs.
     *
     * @param sizes the sizes of inputs that the model leaves open
     * @return what is known
     * @throws IllegalArgumentException if a size is for no input, or contradicts what the model states
     * @throws IOException if the model cannot be read
     */
    public ShapeInference.Result shapes(InputShapes sizes) throws IOException {
        return new ShapeInference(
                        source.name(),
                        graph.model(),
                        skeleton.payloads()::isTakenOut,
                        this::bytesForInference,
                        sizes,
                        options.isolation())
                .infer();
    }

    /**
     * The model's inputs.
     *
     * @return those that are no initializers, in order
     */
    public List<TensorInfo> inputs() {
        return graph().model().getGraph().getInputList().stream()
                .filter(input -> !graph.constants().contains(input.getName()))
                .map(ValueTypes::info)
                .toList();
    }

    /**
     * The model's outputs.
     *
     * @return all, in order
     */
    public List<TensorInfo> outputs() {
        return graph().model().getGraph().getOutputList().stream()
                .map(ValueTypes::info)
                .toList();
    }

    /**
     * What is known of tensors.
     *
     * @param names names of tensors of the main graph
     * @return what is known of each, in the same order
     * @throws IOException if the model cannot be read
     */
    public List<TensorInfo> infos(List<String> names) throws IOException {
        Map<String, ValueInfoProto> known = types.of(names);
        List<TensorInfo> infos = new ArrayList<>(names.size());
        for (String tensor : names) {
            ValueInfoProto value = known.get(tensor);
            infos.add(
                    value == null
                            ? new TensorInfo(tensor, Optional.empty(), Optional.empty())
                            : ValueTypes.info(value));
        }
        return infos;
    }

    /**
     * The bytes of the constant tensors that the outputs need.
     *
     * @param operators the operators that the outputs need
     * @return 0 or more
     */
    public long weightBytes(IntStream operators) {
        List<Integer> nodes = new ArrayList<>();
        operators.map(graph::node).forEach(nodes::add);
        Constants.Needed needed = graph.constantsOf(nodes, graph.constantOutputs());
        needed.nodes().stream().forEach(nodes::add);
        Set<FunctionId> calls = new LinkedHashSet<>();
        nodes.forEach(node -> calls.addAll(graph.calls(node)));
        return Weights.bytes(
                graph, nodes, needed.initializers(), graph.functions().closure(calls));
    }

    /**
     * The SHA-256 of the model's bytes; computed on the first call.
     *
     * @return the sum in hexadecimal
     * @throws IOException if the bytes cannot be read
     */
    public synchronized String sha256() throws IOException {
        if (sha256 == null) {
            sha256 = Digests.sha256(source, () -> Thread.currentThread().isInterrupted());
        }
        return sha256;
    }

    @Override
    public void close() throws IOException {
        try (source) {
            external.close();
        }
    }
}
