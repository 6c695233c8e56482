package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.export.PartitionManifest;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.session.ModelSession;
import io.pepper.session.PartitionedSession;
import io.pepper.session.PipelineSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.session.StageMetrics;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
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
    private final Kept kept;
    private final GenerationOptions options;
    private final AtomicLong sequences;
    private final AtomicLong replays = new AtomicLong();
    private final Set<Long> released = new LinkedHashSet<>();

    /** The caches of each stage in this process, and the inputs that are the same in all steps. */
    private record Kept(List<SequenceCaches> caches, SequenceContexts contexts) {}

    private GenerationSession(
            DecoderRoles roles, ModelSession session, Kept kept, GenerationOptions options, long firstSequence) {
        this.sequences = new AtomicLong(firstSequence);
        this.roles = roles;
        this.session = session;
        this.kept = kept;
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
        return of(parts, stages, options);
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
        return of(parts, List.of(stage), options);
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
        return of(parts, stages, options);
    }

    private static GenerationSession of(GenerationParts parts, List<Stage> stages, GenerationOptions options)
            throws IOException {
        PartitionManifest visible = parts.manifest();
        List<Stage> wrapped = new ArrayList<>();
        List<SequenceCaches> caches = new ArrayList<>();
        SequenceContexts contexts = new SequenceContexts(parts.contexts());
        for (int part = 0; part < stages.size(); part++) {
            SequenceCaches own = new SequenceCaches(stages.get(part).name(), options.maxCacheBytes(), options.evicts());
            caches.add(own);
            wrapped.add(parts.keeping(part, stages.get(part), own, contexts));
        }
        // Without emulated devices, a sequence need not change threads between parts.
        ModelSession session = options.pipeline().emulation().isPresent()
                ? PipelineSession.of(visible, wrapped, options.pipeline())
                : PartitionedSession.of(visible, wrapped, options.pipeline().runtime());
        return new GenerationSession(parts.roles(), session, new Kept(List.copyOf(caches), contexts), options, 0);
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
     * @throws UnsupportedModelException if the model has inputs that are the same in all steps of a sequence, such as the
     *     states of an encoder: the stages lack them. The session is then open
     */
    public static GenerationSession over(GenerationParts parts, ModelSession session, GenerationOptions options)
            throws UnsupportedModelException {
        parts.requireNoContexts();
        return new GenerationSession(
                parts.roles(),
                session,
                new Kept(List.of(), new SequenceContexts(Map.of())),
                options,
                new SecureRandom().nextLong() >>> UNUSED_BITS);
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
     * branches of the sequence, and are read again when its caches are computed again. They do not count as caches.
     *
     * @param context a value for each of these inputs, by name. The session copies the tensors
     * @return the sequence, for the caller to close
     * @throws IllegalArgumentException if an input is missing or unknown, or a tensor has another type or shape; the
     *     message names the input
     * @throws IOException if ONNX Runtime cannot copy a tensor
     */
    public TokenSequence newSequence(Map<String, OnnxTensor> context) throws IOException {
        long number = sequences.getAndIncrement();
        try {
            kept.contexts.add(number, context);
        } catch (OrtException failed) {
            throw new IOException(String.valueOf(failed.getMessage()), failed);
        }
        return new TokenSequence(this, number, OptionalLong.empty(), List.of());
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

    /**
     * Runs a step.
     *
     * @return the logits of the last token, or of all of them
     */
    float[] run(Step step, long... tokens) throws IOException {
        List<Long> dropped;
        synchronized (released) {
            dropped = List.copyOf(released);
        }
        Step told = new Step(step.sequence(), step.parent(), step.past(), step.count(), step.all(), dropped);
        try (OnnxTensor command = told.tensor();
                OnnxTensor words = tokens(tokens);
                RunOutputs outputs = session.run(Map.of(roles.tokens().name(), words, Step.TENSOR, command))) {
            synchronized (released) {
                released.removeAll(dropped);
            }
            return floats(outputs.tensor(roles.logits().name()));
        } catch (OrtException failed) {
            throw new IOException(String.valueOf(failed.getMessage()), failed);
        }
    }

    private OnnxTensor tokens(long... tokens) throws OrtException, IOException {
        return FilledTensor.of(roles.tokens(), at -> tokens[at], roles.tokenShape(tokens.length));
    }

    private float[] floats(OnnxTensor tensor) throws IOException {
        if (tensor.getInfo().type == OnnxJavaType.DOUBLE) {
            DoubleBuffer wide = tensor.getDoubleBuffer();
            float[] narrow = new float[wide.remaining()];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = (float) wide.get(i);
            }
            return narrow;
        }
        FloatBuffer buffer = tensor.getFloatBuffer(); // Of 16 bits, too.
        if (buffer == null) {
            throw new IOException("'" + roles.logits() + "' has no floating point numbers");
        }
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    /** Returns the most tokens of a step of at most the given number. */
    int chunk(int tokens) {
        return Math.min(tokens, roles.maxTokens());
    }

    /** Returns the number of a new sequence that branches off from another one. */
    long branch(long sequence) {
        long branch = sequences.getAndIncrement();
        kept.contexts.share(sequence, branch);
        return branch;
    }

    void release(long sequence) {
        kept.contexts.release(sequence);
        synchronized (released) {
            released.add(sequence);
        }
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
        return kept.caches.stream().map(SequenceCaches::bytes).toList();
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
            kept.contexts.close();
        }
    }
}
