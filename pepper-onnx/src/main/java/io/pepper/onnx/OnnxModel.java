package io.pepper.onnx;

import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.Cuts;
import io.pepper.cut.PaperBridges;
import io.pepper.graph.DataflowGraph;
import io.pepper.model.InputShapes;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.Contents;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.ToolVersion;
import io.pepper.onnx.internal.model.Conditions;
import io.pepper.onnx.internal.model.PaperView;
import io.pepper.onnx.internal.model.Specialization;
import io.pepper.onnx.internal.model.Weights;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.wire.ArraySource;
import io.pepper.onnx.internal.wire.FileSource;
import io.pepper.onnx.internal.wire.TemporaryCopy;
import io.pepper.partition.OperatorCosts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX model that is open for looking at and dividing: the door to this module.
 *
 * <p>Opening reads the structure only. Large tensors are indexed where they stand in the file and never enter the heap, so
 * that a model of several gigabytes opens in milliseconds; time and memory are O(operators + tensors). The file stays open
 * until the model is closed and must not change meanwhile. Immutable and thread-safe. Interrupting a thread that reads a
 * model's file may close the model.
 *
 * <p>Reads ONNX of IR version 3 and newer, with tensors in the file or in files beside it, control flow, functions and
 * quantised tensors. A file that is no model is refused with a {@link io.pepper.model.MalformedModelException} that says where.
 *
 * <pre>{@code
 * try (OnnxModel model = OnnxModel.load(Path.of("detector.onnx"))) {
 *     Partition partition = Partitioner.balanced(3, model.weights()).partition(model.cuts());
 *     SubmodelExporter.export(model, partition, Path.of("parts"));
 * }
 * }</pre>
 */
public final class OnnxModel implements AutoCloseable {
    private static final String ENDING = ".onnx";
    private static final int MOST_UNDECIDED = 16;

    static {
        Contents.readBy(model -> ((OnnxModel) model).contents);
    }

    private final ModelContents contents;
    private final Optional<Path> path;
    private final Optional<Path> temporary;

    /** Found when they are first asked for; the same whoever finds them. */
    private volatile @Nullable Cuts cuts;

    private OnnxModel(ModelContents contents, Optional<Path> path, Optional<Path> temporary) {
        this.contents = contents;
        this.path = path;
        this.temporary = temporary;
    }

    /**
     * Opens a model file. Tensors in other files are looked for beside it.
     *
     * @param file the file
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the file is no ONNX model, or its external data is missing or outside its
     *     directory
     * @throws io.pepper.model.UnsupportedModelException if the model holds something that is not supported
     * @throws IOException if the file cannot be read
     */
    public static OnnxModel load(Path file) throws IOException {
        return load(file, ReadOptions.DEFAULTS);
    }

    /**
     * Opens a model file. Tensors in other files are looked for beside it.
     *
     * @param file the file
     * @param options how much it may ask for, and where its data may be
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the file is no ONNX model or goes beyond a limit, or its external data is missing or
     *     outside its directory
     * @throws io.pepper.model.UnsupportedModelException if the model holds something that is not supported
     * @throws IOException if the file cannot be read
     */
    public static OnnxModel load(Path file, ReadOptions options) throws IOException {
        Path directory = file.toAbsolutePath().normalize().getParent();
        ModelContents contents = new ModelContents(
                stem(String.valueOf(file.getFileName())),
                new FileSource(file),
                Optional.of(file),
                Optional.ofNullable(directory),
                options);
        return new OnnxModel(contents, Optional.of(file), Optional.empty());
    }

    /**
     * Opens a model from a stream, by way of a temporary file that lives as long as the model.
     *
     * @param in the bytes of the model, read to the end, not closed
     * @param name the name to give the model
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the bytes are no ONNX model
     * @throws io.pepper.model.UnsupportedModelException if the model keeps tensors in other files
     * @throws IOException if the stream cannot be read, or the file not be written
     */
    public static OnnxModel load(InputStream in, String name) throws IOException {
        return load(in, name, ReadOptions.DEFAULTS);
    }

    /**
     * Opens a model from a stream, by way of a temporary file that lives as long as the model.
     *
     * @param in the bytes of the model, read to the end, not closed
     * @param name the name to give the model
     * @param options how much it may ask for
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the bytes are no ONNX model, or go beyond a limit
     * @throws io.pepper.model.UnsupportedModelException if the model keeps tensors in other files
     * @throws IOException if the stream cannot be read, or the file not be written
     */
    public static OnnxModel load(InputStream in, String name, ReadOptions options) throws IOException {
        Path file = TemporaryCopy.toFile(in, name, options.limits().streamBytes());
        try {
            ModelContents contents =
                    new ModelContents(stem(name), new FileSource(file), Optional.of(file), Optional.empty(), options);
            return new OnnxModel(contents, Optional.empty(), Optional.of(file));
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    /**
     * Opens a model from memory.
     *
     * @param bytes the bytes of the model; kept, not copied, and must not change while the model is open
     * @param name the name to give the model
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the bytes are no ONNX model
     * @throws io.pepper.model.UnsupportedModelException if the model keeps tensors in other files
     * @throws IOException never for another reason
     */
    public static OnnxModel load(byte[] bytes, String name) throws IOException {
        return load(bytes, name, ReadOptions.DEFAULTS);
    }

    /**
     * Opens a model from memory.
     *
     * @param bytes the bytes of the model; kept, not copied, and must not change while the model is open
     * @param name the name to give the model
     * @param options how much it may ask for
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the bytes are no ONNX model, or go beyond a limit
     * @throws io.pepper.model.UnsupportedModelException if the model keeps tensors in other files
     * @throws IOException never for another reason
     */
    public static OnnxModel load(byte[] bytes, String name, ReadOptions options) throws IOException {
        ModelContents contents = new ModelContents(
                stem(name), new ArraySource(name, bytes), Optional.empty(), Optional.empty(), options);
        return new OnnxModel(contents, Optional.empty(), Optional.empty());
    }

    private static String stem(String name) {
        return name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
    }

    /**
     * The version of this library, as it stands in the files that it writes.
     *
     * @return for instance {@code pepper 0.1.0}
     */
    public static String toolVersion() {
        return ToolVersion.get();
    }

    ModelContents contents() {
        return contents;
    }

    /**
     * The model's name.
     *
     * @return its file name without {@code .onnx}
     */
    public String name() {
        return contents.name();
    }

    /**
     * The file that was opened.
     *
     * @return empty if the model came from a stream or from memory
     */
    public Optional<Path> path() {
        return path;
    }

    /**
     * The SHA-256 of the model's file. The first call reads the whole file; tensors in other files are not part of it.
     *
     * @return 64 hexadecimal digits in lower case
     * @throws IOException if the file cannot be read
     */
    public String sha256() throws IOException {
        return contents.sha256();
    }

    /**
     * The version of the format that the model is written in.
     *
     * @return {@code ir_version}, 3 and more in models of today
     */
    public long irVersion() {
        return proto().getIrVersion();
    }

    /**
     * The operator sets that the model uses.
     *
     * @return version by domain, where ONNX's own domain is {@code ai.onnx}
     */
    public SortedMap<String, Long> opsets() {
        SortedMap<String, Long> opsets = new TreeMap<>();
        for (OperatorSetIdProto opset : proto().getOpsetImportList()) {
            opsets.put(opset.getDomain().isEmpty() ? "ai.onnx" : opset.getDomain(), opset.getVersion());
        }
        return Collections.unmodifiableSortedMap(opsets);
    }

    /**
     * How many operators the main graph has, constant ones included; what stands in bodies and functions is not counted.
     *
     * @return 0 or more
     */
    public int operatorCount() {
        return proto().getGraph().getNodeCount();
    }

    /**
     * How many of the main graph's operators depend on constants only. They are no dataflow: each part that needs what
     * they make has its own copy.
     *
     * @return 0 to {@link #operatorCount()}
     */
    public int constantOperatorCount() {
        return contents.graph().constants().operatorCount();
    }

    /**
     * The bytes of the constant tensors that the model's outputs need: initializers and tensors in attributes, bodies and
     * functions, each once, as elements times the size of one. What operators compute from them is not counted.
     *
     * @return 0 or more
     */
    public long weightBytes() {
        return contents.weightBytes(IntStream.range(0, graph().operatorCount()).filter(cuts()::isUsed));
    }

    /**
     * What flows into the model.
     *
     * @return its inputs in order, without those that are initializers
     */
    public List<TensorInfo> inputs() {
        return contents.inputs();
    }

    /**
     * What flows out of the model.
     *
     * @return its outputs in order
     */
    public List<TensorInfo> outputs() {
        return contents.outputs();
    }

    /**
     * The dataflow graph: the operators of the main graph that are not constant, and the tensors between them. A tensor
     * that the body of an operator captures is read by that operator.
     *
     * @return the graph, always the same
     */
    public DataflowGraph graph() {
        return contents.graph().dataflow();
    }

    /**
     * The single tensors at which the model can be cut in two. Sequences, maps and optional values, which ONNX Runtime's Java
     * interface cannot hand from one part to another, are not among them.
     *
     * @return the cuts in topological order, always the same
     */
    public Cuts cuts() {
        Cuts known = cuts;
        if (known == null) {
            known = Cuts.of(contents.graph().dataflow(), options(CutOptions.DEFAULTS));
            cuts = known;
        }
        return known;
    }

    /**
     * Types and shapes of the tensors that cross some cuts, as far as they are certain: what ONNX Runtime infers and the model does not
     * contradict. The first call takes some milliseconds.
     *
     * @param asked cuts of this model
     * @return for each cut the tensors that cross it
     * @throws IOException if the model cannot be read
     */
    public List<List<TensorInfo>> cutTensors(List<Cut> asked) throws IOException {
        List<String> names = new ArrayList<>();
        asked.forEach(
                cut -> cut.tensors().stream().mapToObj(graph()::tensorName).forEach(names::add));
        List<TensorInfo> infos = contents.infos(names);
        List<List<TensorInfo>> found = new ArrayList<>();
        int from = 0;
        for (Cut cut : asked) {
            found.add(List.copyOf(infos.subList(from, from + cut.width())));
            from += cut.width();
        }
        return found;
    }

    /**
     * Types and shapes of all tensors, for a model that states the sizes of its inputs.
     *
     * @return what is known; tensors whose sizes depend on open ones are unknown
     * @throws IOException if the model cannot be read
     */
    public TensorShapes shapes() throws IOException {
        return shapes(InputShapes.NONE);
    }

    /**
     * Types and shapes of all tensors, for given sizes of inputs. ONNX Runtime infers them, in milliseconds, without the
     * model's weights; each call asks it anew.
     *
     * @param sizes the sizes of inputs that the model leaves open
     * @return what is known; of a model that ONNX Runtime cannot open, what it states, and why
     * @throws IllegalArgumentException if a size is for no input, or contradicts what the model states
     * @throws IOException if the model cannot be read
     */
    public TensorShapes shapes(InputShapes sizes) throws IOException {
        return new TensorShapes(graph(), sizes, contents.shapes(sizes));
    }

    /**
     * The {@code If}s of the main graph that nothing decides but the inputs, such as {@code use_cache_branch} of a merged decoder. A branch
     * is carried whole; {@link ReadOptions#withInputValues} opens the one that values take.
     *
     * @return the first 16, in the order of the operators
     */
    public List<UndecidedIf> undecidedIfs() {
        return Conditions.of(proto()).undecided(MOST_UNDECIDED).stream()
                .map(found -> new UndecidedIf(
                        found.operator(), found.condition(), found.inputs(), found.obstacles(), found.areTruthValues()))
                .toList();
    }

    /**
     * The functions that are most of the model and still stand in it as one operator for each call, inside of which nothing is cut.
     *
     * @return for each a clause with its name and why; empty for most models
     */
    public List<String> closedFunctions() {
        return Specialization.closedFunctions(proto());
    }

    /**
     * The inputs that are beside the main flow: caches, masks, positions and lengths of a text generator.
     *
     * @return what is recognised by names, types and dataflow; nothing for most other models
     */
    public RecognizedInputs recognizedInputs() {
        return InputRecognition.of(this);
    }

    /**
     * What operators cost, for given sizes.
     *
     * @param shapes shapes of this model's tensors
     * @return the costs
     */
    public ModelCosts costs(TensorShapes shapes) {
        return new ModelCosts(this, shapes);
    }

    /**
     * Cuts of the kind asked for: wider ones, or with inputs shared. {@link ModelCosts#cutOptions()} has options that know
     * sizes.
     *
     * @param options which cuts to look for
     * @return the cuts in topological order
     * @throws IllegalArgumentException if an input that is to be shared is none of the model's
     */
    public Cuts cuts(CutOptions options) {
        return Cuts.of(graph(), options(options));
    }

    /**
     * What operators cost in bytes of constant tensors, to balance parts by; what several operators of a part share counts
     * once.
     *
     * @return costs for the operators of {@link #graph()}
     */
    public OperatorCosts weights() {
        return Weights.costs(contents.graph());
    }

    /**
     * The bridges that the original PEPPER finds in this model, for comparison with {@link #cuts()}.
     *
     * @return its bridges
     */
    public PaperBridges originalBridges() {
        return PaperView.bridges(proto().getGraph());
    }

    /** Values that are no tensors cannot be handed from one part to another. */
    private CutOptions options(CutOptions asked) {
        Set<String> others = contents.noTensors();
        DataflowGraph graph = contents.graph().dataflow();
        return others.isEmpty() ? asked : asked.withImmovable(tensor -> others.contains(graph.tensorName(tensor)));
    }

    private ModelProto proto() {
        return contents.graph().model();
    }

    /**
     * Closes the model's files, and removes the temporary one of a model that came from a stream.
     *
     * @throws IOException if a file cannot be closed
     */
    @Override
    public void close() throws IOException {
        contents.close();
        if (temporary.isPresent()) {
            Files.deleteIfExists(temporary.get());
        }
    }

    /** For instance {@code OnnxModel[detector: 672 operators, 50 cuts]}. */
    @Override
    public String toString() {
        return "OnnxModel[" + name() + ": " + operatorCount() + " operators, " + cuts().size() + " cuts]";
    }
}
