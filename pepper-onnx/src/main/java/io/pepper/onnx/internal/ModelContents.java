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
import io.pepper.onnx.internal.wire.FileHashes;
import io.pepper.onnx.internal.wire.FileSource;
import io.pepper.onnx.internal.wire.ForeignFormat;
import io.pepper.onnx.internal.wire.Payload;
import io.pepper.onnx.internal.wire.PayloadScanner;
import io.pepper.onnx.internal.wire.PayloadTable;
import io.pepper.onnx.internal.wire.PayloadWriter;
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
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** An open model: its bytes, its message without large payloads, and its graph. Thread-safe. */
public final class ModelContents implements Closeable {
    /** Constants in sub-graphs and functions are passed to ONNX Runtime for type inference up to this size. */
    private static final long MAX_INFERENCE_BYTES = 64L << 20;

    /** The largest message that protobuf and ONNX Runtime read. */
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

    /**
     * Opens a model.
     *
     * @param name the model's name
     * @param source its bytes, closed with the contents, or at once if the model is refused
     * @param file the file of the bytes; empty if there is none
     * @param directory the directory of its external data; empty if it may have none
     * @throws IOException if it cannot be read, or is not a model
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
     * @param file the file of the bytes; empty if there is none
     * @param directory the directory of its external data; empty if it may have none
     * @param options the options of reading
     * @throws IOException if it cannot be read, or is not a model
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

    /** Reads the structure. The exception for a file that is not a model says what it is instead. */
    private static Skeleton scan(ByteSource source, ReadOptions options) throws IOException {
        try {
            Skeleton scanned = PayloadScanner.scan(source, options.limits());
            if (!scanned.model().hasGraph()) {
                throw new MalformedModelException(
                        source.name(),
                        "graph",
                        "is missing: this is not an ONNX model, perhaps another protobuf (a tensor, a Core ML model)");
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
        PayloadWriter writer = new PayloadWriter(model, skeleton.payloads());
        long size = writer.size();
        if (size > MAX_INFERENCE_BYTES + model.getSerializedSize()) {
            return Optional.empty();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) size);
        writer.write(new MemorySink(bytes));
        return Optional.of(bytes.toByteArray());
    }

    /**
     * Returns the model's name.
     *
     * @return the file's name without its extension
     */
    public String name() {
        return name;
    }

    /**
     * Returns the options with which the model was opened.
     *
     * @return the options
     */
    public ReadOptions options() {
        return options;
    }

    /**
     * Returns the model's bytes.
     *
     * @return the bytes, open until the contents are closed
     */
    public ByteSource source() {
        return source;
    }

    /**
     * Returns the size of the model with its data files.
     *
     * @return the sum of the files' sizes when they were opened, in bytes
     */
    public long bytes() {
        return source.size()
                + external.files().stream().mapToLong(FileSource::size).sum();
    }

    /**
     * Returns the data files.
     *
     * @return the files below the directory of the model
     */
    public List<Path> dataFiles() {
        return external.files().stream().map(file -> Path.of(file.name())).toList();
    }

    /**
     * Returns the source that ONNX Runtime opens. A model with tensors in other files, or too large for ONNX Runtime,
     * is passed as bytes that refer to these files by their real paths, so that no path in the model itself is
     * followed.
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
     * Returns the source that ONNX Runtime opens if the file itself is preferred: the file, unless its data is behind
     * links that the caller allowed and ONNX Runtime does not follow.
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
     * Returns the message as it was read, with the inputs that are set to values.
     *
     * @return the model whose source is {@link #runtimeSource()}
     */
    public ModelProto original() {
        return skeleton.model();
    }

    /**
     * Returns the source that ONNX Runtime opens for a variant of this model.
     *
     * @param variant a message whose large tensors are this model's
     * @return bytes; if this model is in files, they refer to these
     * @throws UnsupportedModelException if they would exceed the largest message that ONNX Runtime reads
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
        PayloadWriter writer = new PayloadWriter(message, skeleton.payloads());
        if (writer.size() > MAX_MESSAGE_BYTES) {
            throw new UnsupportedModelException(
                    source.name(), "model", "has " + writer.size() + " bytes that cannot stand in a data file");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) writer.size());
        writer.write(new MemorySink(bytes));
        return directory.isPresent()
                ? ModelSource.bytes(source.name(), bytes.toByteArray(), directory.get())
                : ModelSource.bytes(source.name(), bytes.toByteArray());
    }

    /** Returns the innermost directory that contains all files: those of the large tensors and the model's own. */
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
     * Returns the graph.
     *
     * @return the main graph, analysed
     */
    public ModelGraph graph() {
        return graph;
    }

    /**
     * Returns the large payloads.
     *
     * @return the payloads that the model's message refers to
     */
    public PayloadTable payloads() {
        return skeleton.payloads();
    }

    /**
     * Returns the types and shapes.
     *
     * @return the types and shapes of the main graph's tensors
     */
    public TensorTypes types() {
        return types;
    }

    /**
     * Returns the values that cannot be passed from one part to another.
     *
     * @return names of sequences, maps and optionals of the main graph
     */
    public Set<String> noTensors() {
        return noTensors;
    }

    /**
     * Returns the types and shapes of all tensors for given sizes of inputs.
     *
     * @param sizes the sizes of inputs that the model leaves open
     * @return the known types and shapes
     * @throws IllegalArgumentException if a size belongs to no input, or contradicts the model
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
     * Returns the model's inputs.
     *
     * @return the inputs that are not initializers, in order
     */
    public List<TensorInfo> inputs() {
        return graph().model().getGraph().getInputList().stream()
                .filter(input -> !graph.constants().contains(input.getName()))
                .map(ValueTypes::info)
                .toList();
    }

    /**
     * Returns the model's outputs.
     *
     * @return all outputs, in order
     */
    public List<TensorInfo> outputs() {
        return graph().model().getGraph().getOutputList().stream()
                .map(ValueTypes::info)
                .toList();
    }

    /**
     * Returns the types and shapes of tensors.
     *
     * @param names names of tensors of the main graph
     * @return the known type and shape of each, in the same order
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
     * Returns the bytes of the constant tensors that the outputs need.
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
     * Returns the SHA-256 of the model's bytes, which are read only if the hash is not yet known.
     *
     * @param cancelled is asked now and then whether to stop
     * @return the hash in hexadecimal
     * @throws IOException if the bytes cannot be read
     */
    public String sha256(BooleanSupplier cancelled) throws IOException {
        return FileHashes.SHARED.certain(source, cancelled);
    }

    @Override
    public void close() throws IOException {
        try (source) {
            external.close();
        }
    }
}
