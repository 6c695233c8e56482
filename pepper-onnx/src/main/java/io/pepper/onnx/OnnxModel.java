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
import io.pepper.onnx.internal.model.MaskUse;
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
 * An open ONNX model, to be inspected and divided. This class is the entry point of the module.
 *
 * <p>Opening reads only the structure. Large tensors are indexed at their place in the file and never enter the heap,
 * so that a model of several gigabytes opens in milliseconds; time and memory are O(operators + tensors). The file
 * stays open until the model is closed, and must not change while it is open. Immutable and thread-safe. Interrupting a
 * thread that reads a model's file may close the model.
 *
 * <p>Reads ONNX of IR version 3 and newer, with tensors in the file or in files beside it, control flow, functions and
 * quantised tensors. A file that is not a model is refused with a {@link io.pepper.model.MalformedModelException} that
 * names the position.
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
    private static final int MAX_UNDECIDED = 16;

    static {
        Contents.readBy(model -> ((OnnxModel) model).contents);
    }

    private final ModelContents contents;
    private final Optional<Path> path;
    private final Optional<Path> temporary;

    /** Computed on first use. A second computation gives the same result. */
    private volatile @Nullable Cuts cuts;

    private OnnxModel(ModelContents contents, Optional<Path> path, Optional<Path> temporary) {
        this.contents = contents;
        this.path = path;
        this.temporary = temporary;
    }

    /**
     * Opens a model file. Tensors in other files are searched beside it.
     *
     * @param file the file
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the file is not an ONNX model, or its external data is missing
     *     or outside of its directory
     * @throws io.pepper.model.UnsupportedModelException if the model contains something that is not supported
     * @throws IOException if the file cannot be read
     */
    public static OnnxModel load(Path file) throws IOException {
        return load(file, ReadOptions.DEFAULTS);
    }

    /**
     * Opens a model file. Tensors in other files are searched beside it.
     *
     * @param file the file
     * @param options the limits of reading, and the directories of external data
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the file is not an ONNX model or exceeds a limit, or its
     *     external data is missing or outside of its directory
     * @throws io.pepper.model.UnsupportedModelException if the model contains something that is not supported
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
     * Opens a model from a stream, which is copied to a temporary file until the model is closed.
     *
     * @param in the bytes of the model, read to the end, not closed
     * @param name the model's name
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the bytes are not an ONNX model
     * @throws io.pepper.model.UnsupportedModelException if the model has tensors in other files
     * @throws IOException if the stream cannot be read, or the file cannot be written
     */
    public static OnnxModel load(InputStream in, String name) throws IOException {
        return load(in, name, ReadOptions.DEFAULTS);
    }

    /**
     * Opens a model from a stream, which is copied to a temporary file until the model is closed.
     *
     * @param in the bytes of the model, read to the end, not closed
     * @param name the model's name
     * @param options the limits of reading
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the bytes are not an ONNX model, or exceed a limit
     * @throws io.pepper.model.UnsupportedModelException if the model has tensors in other files
     * @throws IOException if the stream cannot be read, or the file cannot be written
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
     * Opens a model in memory.
     *
     * @param bytes the bytes of the model; they are not copied and must not change while the model is open
     * @param name the model's name
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the bytes are not an ONNX model
     * @throws io.pepper.model.UnsupportedModelException if the model has tensors in other files
     * @throws IOException never for another reason
     */
    public static OnnxModel load(byte[] bytes, String name) throws IOException {
        return load(bytes, name, ReadOptions.DEFAULTS);
    }

    /**
     * Opens a model in memory.
     *
     * @param bytes the bytes of the model; they are not copied and must not change while the model is open
     * @param name the model's name
     * @param options the limits of reading
     * @return the model
     * @throws io.pepper.model.MalformedModelException if the bytes are not an ONNX model, or exceed a limit
     * @throws io.pepper.model.UnsupportedModelException if the model has tensors in other files
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
     * Returns the name and version of this library, as written to files.
     *
     * @return the version, for instance {@code pepper 0.1.0}
     */
    public static String toolVersion() {
        return ToolVersion.get();
    }

    ModelContents contents() {
        return contents;
    }

    /**
     * Returns the model's name.
     *
     * @return its file name without {@code .onnx}
     */
    public String name() {
        return contents.name();
    }

    /**
     * Returns the file of the model.
     *
     * @return the file; empty if the model came from a stream or from memory
     */
    public Optional<Path> path() {
        return path;
    }

    /**
     * Returns the files with tensors of the model besides its own file.
     *
     * @return the files, as the model names them below its directory; none for most models
     */
    public List<Path> dataFiles() {
        return contents.dataFiles();
    }

    /**
     * Returns the SHA-256 of the model's file, without tensors in other files. The first call reads the whole file;
     * later calls read it again if it has changed.
     *
     * @return 64 hexadecimal digits in lower case
     * @throws IOException if the file cannot be read
     */
    public String sha256() throws IOException {
        return contents.sha256(() -> Thread.currentThread().isInterrupted());
    }

    /**
     * Returns the version of ONNX's intermediate representation.
     *
     * @return {@code ir_version}, 3 or more in current models
     */
    public long irVersion() {
        return proto().getIrVersion();
    }

    /**
     * Returns the operator sets that the model uses.
     *
     * @return the version by domain, where ONNX's own domain is {@code ai.onnx}
     */
    public SortedMap<String, Long> opsets() {
        SortedMap<String, Long> opsets = new TreeMap<>();
        for (OperatorSetIdProto opset : proto().getOpsetImportList()) {
            opsets.put(opset.getDomain().isEmpty() ? "ai.onnx" : opset.getDomain(), opset.getVersion());
        }
        return Collections.unmodifiableSortedMap(opsets);
    }

    /**
     * Returns the number of operators of the main graph, including those that compute constants. Operators in bodies
     * and functions are not counted.
     *
     * @return 0 or more
     */
    public int operatorCount() {
        return proto().getGraph().getNodeCount();
    }

    /**
     * Returns the number of operators of the main graph that depend on constants only. They are not part of the
     * dataflow: each part contains its own copy of those that it needs.
     *
     * @return 0 to {@link #operatorCount()}
     */
    public int constantOperatorCount() {
        return contents.graph().constants().operatorCount();
    }

    /**
     * Returns the bytes of the constant tensors that the model's outputs need: initializers and tensors in attributes,
     * bodies and functions. Each counts once, as its number of elements times the size of an element. Tensors that
     * operators compute from them are not counted.
     *
     * @return 0 or more
     */
    public long weightBytes() {
        return contents.weightBytes(IntStream.range(0, graph().operatorCount()).filter(cuts()::isUsed));
    }

    /**
     * Returns the inputs of the model.
     *
     * @return its inputs in order, without those that are initializers
     */
    public List<TensorInfo> inputs() {
        return contents.inputs();
    }

    /**
     * Returns the outputs of the model.
     *
     * @return its outputs in order
     */
    public List<TensorInfo> outputs() {
        return contents.outputs();
    }

    /**
     * Returns the dataflow graph: the operators of the main graph that are not constant, and the tensors between them.
     * An operator reads the tensors that its body captures.
     *
     * @return the graph, always the same object
     */
    public DataflowGraph graph() {
        return contents.graph().dataflow();
    }

    /**
     * Returns the single tensors at which the model can be cut in two. Sequences, maps and optional values are not
     * among them, because ONNX Runtime's Java interface cannot pass these from one part to another.
     *
     * @return the cuts in topological order, always the same object
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
     * Returns the types and shapes of the tensors that cross some cuts, as far as they are certain: those that ONNX
     * Runtime infers and the model does not contradict. The first call takes some milliseconds.
     *
     * @param asked cuts of this model
     * @return the tensors of each cut
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
     * Returns the types and shapes of all tensors, for a model that states the sizes of its inputs.
     *
     * @return the known types and shapes; sizes that depend on open ones are unknown
     * @throws IOException if the model cannot be read
     */
    public TensorShapes shapes() throws IOException {
        return shapes(InputShapes.NONE);
    }

    /**
     * Returns the types and shapes of all tensors, for given sizes of inputs. ONNX Runtime infers them at each call, in
     * milliseconds, without the model's weights.
     *
     * @param sizes the sizes of inputs that the model leaves open
     * @return the known types and shapes; if ONNX Runtime cannot open the model, those that the model states, and the
     *     reason
     * @throws IllegalArgumentException if a size belongs to no input, or contradicts the model
     * @throws IOException if the model cannot be read
     */
    public TensorShapes shapes(InputShapes sizes) throws IOException {
        return new TensorShapes(graph(), sizes, contents.shapes(sizes));
    }

    /**
     * Returns the {@code If}s of the main graph that only the inputs decide, such as {@code use_cache_branch} of a
     * merged decoder. A branch is not divided; {@link ReadOptions#withInputValues} replaces an {@code If} by the branch
     * that the values select.
     *
     * @return the first 16, in the order of the operators
     */
    public List<UndecidedIf> undecidedIfs() {
        return Conditions.of(proto()).undecided(MAX_UNDECIDED).stream()
                .map(found -> new UndecidedIf(
                        found.operator(), found.condition(), found.inputs(), found.obstacles(), found.areTruthValues()))
                .toList();
    }

    /**
     * Returns the functions that make up most of the model and are still called as single operators, inside of which
     * there are no cuts.
     *
     * @return a clause for each, with its name and the reason; empty for most models
     */
    public List<String> closedFunctions() {
        return Specialization.closedFunctions(proto());
    }

    /**
     * Returns the inputs that are not part of the main flow: caches, masks, positions and lengths of a text generator.
     *
     * @return the inputs that are recognised by names, types and dataflow; none for most other models
     */
    public RecognizedInputs recognizedInputs() {
        MaskUse masks = new MaskUse(contents.graph().model().getGraph());
        return RecognizedInputs.of(inputs(), outputs(), graph()).withMasks(masks::isAdded, masks::isHiding);
    }

    /**
     * Returns the costs of the operators for given sizes.
     *
     * @param shapes the shapes of this model's tensors
     * @return the costs
     */
    public ModelCosts costs(TensorShapes shapes) {
        return new ModelCosts(this, shapes);
    }

    /**
     * Returns cuts with given options, such as a larger width or shared inputs. {@link ModelCosts#cutOptions()} has
     * options that know sizes.
     *
     * @param options the options of the cuts
     * @return the cuts in topological order
     * @throws IllegalArgumentException if a shared input is not an input of the model
     */
    public Cuts cuts(CutOptions options) {
        return Cuts.of(graph(), options(options));
    }

    /**
     * Returns the bytes of constant tensors of operators, for balancing parts. A tensor that several operators of a
     * part share counts once.
     *
     * @return costs for the operators of {@link #graph()}
     */
    public OperatorCosts weights() {
        return Weights.costs(contents.graph());
    }

    /**
     * Returns the bridges that the original PEPPER finds in this model, for comparison with {@link #cuts()}.
     *
     * @return the bridges
     */
    public PaperBridges paperBridges() {
        return PaperView.bridges(proto().getGraph());
    }

    /** Excludes values that are not tensors, which cannot be passed from one part to another. */
    private CutOptions options(CutOptions asked) {
        Set<String> others = contents.noTensors();
        DataflowGraph graph = contents.graph().dataflow();
        return others.isEmpty() ? asked : asked.withImmovable(tensor -> others.contains(graph.tensorName(tensor)));
    }

    private ModelProto proto() {
        return contents.graph().model();
    }

    /**
     * Closes the model's files, and removes the temporary file of a model that came from a stream.
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

    /** Returns for instance {@code OnnxModel[detector: 672 operators, 50 cuts]}. */
    @Override
    public String toString() {
        return "OnnxModel[" + name() + ": " + operatorCount() + " operators, " + cuts().size() + " cuts]";
    }
}
