package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import io.pepper.export.PartitionManifest;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.session.ModelSession;
import io.pepper.session.PartitionedSession;
import io.pepper.session.PipelineSession;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.session.StageMetrics;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

/**
 * A session that generates tokens with a text generator that is divided into parts. The caches of keys and values stay
 * in the part that computes them: between parts travel the hidden state and a {@code pepper.step} of a few numbers, and
 * the caller receives the logits of the last token.
 *
 * <p>Several sequences may run at the same time, each on the thread that calls it. On emulated devices they form a
 * pipeline: one part works on one sequence while the next works on another. The session is thread-safe; a {@link
 * TokenSequence} runs one step at a time.
 *
 * <pre>{@code
 * try (GenerationSession session = GenerationSession.open(Path.of("parts"))) {
 *     Generated answer = session.generate(List.of(1L, 15L, 7L), Sampling.GREEDY.withMaxNewTokens(40));
 *     System.out.println(answer.tokens());
 * }
 * }</pre>
 */
public final class GenerationSession implements AutoCloseable {
    /** The sign, and room for more sequences than any session has. */
    private static final int UNUSED_BITS = 2;

    private final DecoderRoles roles;
    private final ModelSession session;
    private final SequenceStore store;
    private final StepRunner runner;
    private final SequenceArchive archive;
    private final GenerationOptions options;
    private final AtomicLong replays = new AtomicLong();

    private GenerationSession(
            DecoderRoles roles,
            ModelSession session,
            SequenceStore store,
            ModelIdentity identity,
            GenerationOptions options) {
        this.roles = roles;
        this.session = session;
        this.store = store;
        this.runner = new StepRunner(roles, session, store);
        this.archive = new SequenceArchive(roles, identity, store);
        this.options = options;
    }

    /**
     * Opens a directory of parts with the default options.
     *
     * @param directory the parts of a text generator with their {@code partition.json}
     * @return a session, for the caller to close
     * @throws IOException see {@link #open(Path, GenerationOptions)}
     */
    public static GenerationSession open(Path directory) throws IOException {
        return open(directory, GenerationOptions.DEFAULTS);
    }

    /**
     * Opens a directory of parts.
     *
     * @param directory the parts of a text generator with their {@code partition.json}
     * @param options how to run them
     * @return a session, for the caller to close
     * @throws UnsupportedModelException if the model is no text generator with caches, or has inputs
     *     that do not follow from its tokens; the message names them
     * @throws IOException see {@link PartitionedSession#open(Path, io.pepper.session.SessionOptions)}
     */
    public static GenerationSession open(Path directory, GenerationOptions options) throws IOException {
        PartitionManifest manifest =
                PartitionManifest.read(directory, options.pipeline().runtime().reading());
        GenerationParts parts = GenerationParts.of(
                directory, manifest, part -> true, options.pipeline().runtime().reading());
        List<Stage> stages =
                Stage.openAll(directory, manifest, unplanned(options.pipeline().opening()));
        return of(parts, stages, ModelIdentity.of(parts.manifest()), options);
    }

    /**
     * Opens a whole model as one part, for comparison.
     *
     * @param model the model of a text generator, which must not be closed before the session
     * @param options how to run it
     * @return a session, for the caller to close
     * @throws UnsupportedModelException if the model is no text generator with caches, or inputs of it
     *     were set to values
     * @throws IOException if ONNX Runtime refuses it
     */
    public static GenerationSession open(OnnxModel model, GenerationOptions options) throws IOException {
        PartitionManifest manifest = PartitionManifest.ofWhole(model);
        GenerationParts parts = GenerationParts.of(manifest);
        Stage stage = Stage.open(model, options.pipeline().runtime().stages().withMemoryPattern(false));
        return of(parts, List.of(stage), ModelIdentity.of(model), options);
    }

    /**
     * Creates a session from stages of a text generator, which may also run elsewhere. Their caches are kept in this
     * process then.
     *
     * @param manifest the manifest of the parts
     * @param stages the parts in the order of the manifest; the session closes them, also if this throws
     * @param options how to run them
     * @return a session, for the caller to close
     * @throws UnsupportedModelException if the model is no text generator with caches
     * @throws io.pepper.model.MalformedModelException if the stages do not fit together
     */
    public static GenerationSession of(PartitionManifest manifest, List<Stage> stages, GenerationOptions options)
            throws IOException {
        GenerationParts parts;
        try {
            parts = GenerationParts.of(manifest);
        } catch (IOException | RuntimeException failed) {
            closeAfter(stages, failed);
            throw failed;
        }
        return of(parts, stages, ModelIdentity.of(parts.manifest()), options);
    }

    private static GenerationSession of(
            GenerationParts parts, List<Stage> stages, ModelIdentity identity, GenerationOptions options)
            throws IOException {
        PartitionManifest visible = parts.here();
        List<DecoderStage> keeping = new ArrayList<>();
        SequenceContexts contexts = new SequenceContexts(parts.contexts());
        for (int part = 0; part < stages.size(); part++) {
            SequenceCaches own = new SequenceCaches(stages.get(part).name(), options.maxCacheBytes(), options.evicts());
            keeping.add(parts.keeping(part, stages.get(part), own, Optional.of(contexts)));
        }
        List<Stage> wrapped = List.copyOf(keeping);
        // Without emulated devices, a sequence need not change threads between parts.
        ModelSession session = options.pipeline().emulation().isPresent()
                ? PipelineSession.of(visible, wrapped, options.pipeline())
                : PartitionedSession.of(visible, wrapped, options.pipeline().runtime());
        return new GenerationSession(
                parts.roles(), session, new SequenceStore(keeping, contexts, 0), identity, options);
    }

    /**
     * Returns a session over another one whose stages {@linkplain GenerationParts#keeping keep} their caches themselves,
     * for instance on other machines. The numbers of its sequences begin at a random one, so that they differ from those
     * of other sessions over the same stages.
     *
     * @param parts the parts of the text generator
     * @param session a session over stages that have the inputs and outputs of {@link GenerationParts#manifest()}, which
     *     the result closes
     * @param options the options, of which the length of chunks counts
     * @return a session, for the caller to close
     */
    public static GenerationSession over(GenerationParts parts, ModelSession session, GenerationOptions options) {
        long first = new SecureRandom().nextLong() >>> UNUSED_BITS;
        SequenceStore store = new SequenceStore(List.of(), new SequenceContexts(parts.contexts()), first);
        return new GenerationSession(parts.roles(), session, store, ModelIdentity.of(parts.manifest()), options);
    }

    /**
     * Returns options without memory planning: with a cache that grows, no two steps have the same sizes, and ONNX Runtime
     * would keep a plan for each.
     */
    private static SessionOptions unplanned(SessionOptions options) {
        SessionOptions unplanned = options.withStages(options.stages().withMemoryPattern(false));
        for (Map.Entry<Integer, StageOptions> part : options.byPart().entrySet()) {
            unplanned = unplanned.withStage(part.getKey(), part.getValue().withMemoryPattern(false));
        }
        return unplanned;
    }

    private static void closeAfter(List<Stage> stages, Throwable failed) {
        for (Stage stage : stages) {
            try {
                stage.close();
            } catch (IOException | RuntimeException also) {
                failed.addSuppressed(also);
            }
        }
    }

    /**
     * Begins a sequence without tokens.
     *
     * @return the sequence, for the caller to close
     * @throws IllegalArgumentException if the model has {@link #contextInputs()}
     * @throws IOException if the sequence cannot be made
     */
    public TokenSequence newSequence() throws IOException {
        return newSequence(Map.of());
    }

    /**
     * Begins a sequence without tokens of a model with {@link #contextInputs()}. They stay in this process, are shared by
     * branches of the sequence, and are read again when its caches are computed again. They do not count as caches. Parts
     * on other machines receive them with the first tokens, and again when they lost them; there they count.
     *
     * @param context a value for each of these inputs, by name. The session copies the tensors
     * @return the sequence, for the caller to close
     * @throws IllegalArgumentException if an input is missing or unknown, or a tensor has another type or shape; the
     *     message names the input
     * @throws IOException if ONNX Runtime cannot copy a tensor
     */
    public TokenSequence newSequence(Map<String, OnnxTensor> context) throws IOException {
        return new TokenSequence(this, store.begin(context), OptionalLong.empty(), List.of(), OptionalLong.empty());
    }

    /**
     * Restores a sequence that {@link TokenSequence#save} saved. The model must be the same, also with the same {@code
     * --set} values; its parts and the place where they run may be others. If the file has no caches, or the caches of
     * this session are elsewhere, as on the nodes of a cluster, they are computed again from the tokens when the sequence
     * continues, which {@link #replays()} counts. Otherwise it continues with the same bits as the saved one, if the parts
     * and options are the same.
     *
     * @param file the file
     * @return the sequence, for the caller to close
     * @throws io.pepper.document.InvalidFileException if the file is damaged, is no saved sequence or one of another
     *     model, or has caches that do not fit; the message names the file and the fault
     * @throws io.pepper.session.StageException if the caches exceed their limit
     * @throws IOException if the file cannot be read, or {@code partition.json} does not tell the hash of the model
     */
    public TokenSequence restore(Path file) throws IOException {
        SequenceArchive.Restored restored = archive.restore(file);
        return new TokenSequence(this, restored.number(), OptionalLong.empty(), restored.tokens(), restored.chosen());
    }

    /**
     * Returns the inputs that are the same in all steps of a sequence, such as the states of an encoder, their mask, and
     * its keys and values.
     *
     * @return the inputs that {@link #newSequence(Map)} requires, in the model's order; empty for a decoder alone
     */
    public List<TensorInfo> contextInputs() {
        return roles.inputs().values().stream()
                .filter(input -> roles.contexts().contains(input.name()))
                .toList();
    }

    /**
     * Continues a prompt.
     *
     * @param prompt one token or more
     * @param sampling how tokens are chosen, and when to end
     * @return the new tokens
     * @throws IllegalArgumentException if the prompt is empty, or the model has {@link #contextInputs()}
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws io.pepper.session.StageException if a part fails, or the caches exceed their limit
     */
    public Generated generate(List<Long> prompt, Sampling sampling) throws IOException {
        return generate(prompt, sampling, token -> true);
    }

    /**
     * Continues a prompt, and reports each token.
     *
     * @param prompt one token or more
     * @param sampling how tokens are chosen, and when to end
     * @param listener receives each new token on the calling thread, and returns whether to continue
     * @return the new tokens
     * @throws IllegalArgumentException if the prompt is empty, or the model has {@link #contextInputs()}
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws io.pepper.session.StageException if a part fails, or the caches exceed their limit
     */
    public Generated generate(List<Long> prompt, Sampling sampling, LongPredicate listener) throws IOException {
        try (TokenSequence sequence = newSequence()) {
            return sequence.generate(prompt, sampling, listener);
        }
    }

    /** Returns the most tokens of a step of at most the given number. */
    int chunk(int tokens) {
        return Math.min(tokens, roles.maxTokens());
    }

    StepRunner runner() {
        return runner;
    }

    SequenceArchive archive() {
        return archive;
    }

    SequenceStore store() {
        return store;
    }

    void replayed() {
        replays.incrementAndGet();
    }

    GenerationOptions options() {
        return options;
    }

    /**
     * Returns how often the caches of a sequence were computed again from its tokens, because a part had dropped or lost
     * them.
     *
     * @return 0 or more
     */
    public long replays() {
        return replays.get();
    }

    /**
     * Returns the size of the caches of each part, with their room for further tokens: at most 15, or 1/32 of those that
     * are there. Beside these, each running step needs as much for the sequence that it continues.
     *
     * @return bytes, in the order of the parts; empty if they are on other machines. Those of closed sequences count
     *     until the next step of another one
     */
    public List<Long> cacheBytes() {
        return store.cacheBytes();
    }

    /**
     * Returns the metrics of the parts.
     *
     * @return one per part
     */
    public List<StageMetrics> metrics() {
        return session.metrics();
    }

    /** Ends running steps, and releases the parts and all caches. */
    @Override
    public void close() throws IOException {
        try {
            session.close();
        } finally {
            store.close();
        }
    }
}
