package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import io.pepper.model.OptimizationLevel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sessions with repeatable results: sequential, with a fixed number of threads. */
public final class Sessions {
    private static final String TYPE_PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

    /** The setting with the directory of the data files of a model that is passed as bytes. */
    private static final String DATA_DIRECTORY = "session.model_external_initializers_file_folder_path";

    private Sessions() {}

    /**
     * Opens a session.
     *
     * @param source the model
     * @param wanted the settings
     * @return the session, which the caller closes
     * @throws io.pepper.model.RuntimeUnavailableException if ONNX Runtime does not load on this machine
     * @throws IOException if ONNX Runtime refuses the model
     * @throws IllegalArgumentException if the execution provider does not exist on this machine
     */
    public static OrtSession open(ModelSource source, SessionSettings wanted) throws IOException {
        OrtEnvironment environment = NativeRuntime.environment();
        try (SessionOptions settings = settings(wanted)) {
            if (source.directory().isPresent()) {
                settings.addConfigEntry(DATA_DIRECTORY, source.directory().get().toString());
            }
            return source.path().isPresent()
                    ? environment.createSession(source.path().get().toString(), settings)
                    : environment.createSession(source.bytes(), settings);
        } catch (OrtException e) {
            throw new IOException(source.name() + ": ONNX Runtime cannot load it: " + Refusals.reason(e), e);
        }
    }

    /**
     * Returns the usual name of an execution provider that works on this machine.
     *
     * @param name a name in any spelling, for instance {@code cuda} or {@code CUDAExecutionProvider}
     * @return the name, for instance {@code CUDA}
     * @throws io.pepper.model.RuntimeUnavailableException if ONNX Runtime does not load on this machine
     * @throws IllegalArgumentException if ONNX Runtime refuses it
     * @throws IOException if ONNX Runtime fails
     */
    public static String provider(String name) throws IOException {
        NativeRuntime.environment();
        try (SessionOptions settings = new SessionOptions()) {
            Providers.add(settings, name);
            return Providers.named(name).name();
        }
    }

    private static SessionOptions settings(SessionSettings wanted) throws OrtException {
        var settings = new SessionOptions();
        try {
            settings.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            settings.setIntraOpNumThreads(wanted.intraOpThreads());
            settings.setInterOpNumThreads(1);
            settings.setOptimizationLevel(level(wanted.optimization()));
            settings.addConfigEntry("session.intra_op.allow_spinning", wanted.spinning() ? "1" : "0");
            settings.setCPUArenaAllocator(wanted.arena());
            settings.setMemoryPatternOptimization(wanted.memoryPattern());
            if (wanted.affinities().isPresent()) {
                settings.addConfigEntry(
                        "session.intra_op_thread_affinities",
                        wanted.affinities().get());
            }
            if (wanted.sharedPool()) {
                settings.disablePerSessionThreads();
            }
            Providers.add(settings, wanted.provider());
            if (wanted.profile().isPresent()) {
                settings.enableProfiling(wanted.profile().get().toString());
            }
            settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            return settings;
        } catch (OrtException | RuntimeException e) {
            settings.close();
            throw e;
        }
    }

    /**
     * Runs a model.
     *
     * @param name the model's name in messages
     * @param session the model, open
     * @param feed its inputs
     * @param wanted the outputs to compute
     * @param options the options of the run; empty for the defaults
     * @return the outputs, each of which the caller closes
     * @throws IllegalArgumentException if an input is null or closed, or was closed while the model ran
     * @throws IOException if ONNX Runtime cannot run it
     */
    public static Map<String, OnnxValue> run(
            String name,
            OrtSession session,
            Map<String, ? extends OnnxTensorLike> feed,
            Set<String> wanted,
            Optional<RunOptions> options)
            throws IOException {
        return checked(
                name,
                feed,
                List.of(),
                () -> options.isPresent() ? session.run(feed, wanted, options.get()) : session.run(feed, wanted));
    }

    /**
     * The outputs of a run.
     *
     * @param wanted the outputs to compute, with those of the targets
     * @param targets the tensors into which outputs are written, by output
     */
    public record Outputs(Set<String> wanted, Map<String, OnnxTensor> targets) {}

    /**
     * Runs a model, and writes outputs into tensors of the caller.
     *
     * @param name the model's name in messages
     * @param session the model, open
     * @param feed its inputs
     * @param outputs the outputs to compute
     * @param options the options of the run
     * @return the outputs; the caller closes those that are not targets
     * @throws IllegalArgumentException if an input is null or closed, or was closed while the model ran
     * @throws IOException if ONNX Runtime cannot run it, or a target has another shape than the output
     */
    public static Map<String, OnnxValue> runInto(
            String name,
            OrtSession session,
            Map<String, ? extends OnnxTensorLike> feed,
            Outputs outputs,
            RunOptions options)
            throws IOException {
        Map<String, OnnxTensor> targets = outputs.targets();
        if (targets.isEmpty()) {
            return run(name, session, feed, outputs.wanted(), Optional.of(options));
        }
        Set<String> others = new LinkedHashSet<>(outputs.wanted());
        others.removeAll(targets.keySet());
        return checked(name, feed, targets.values(), () -> session.run(feed, others, targets, options));
    }

    /** One call of ONNX Runtime. */
    @FunctionalInterface
    private interface Call {
        OrtSession.Result run() throws OrtException;
    }

    private static Map<String, OnnxValue> checked(
            String name, Map<String, ? extends OnnxTensorLike> feed, Collection<OnnxTensor> targets, Call call)
            throws IOException {
        PartOutputs.checkFeed(name, feed, "");
        Map<String, OnnxValue> made = new LinkedHashMap<>();
        try {
            // The values are closed one by one; the result holds nothing else.
            call.run().forEach(entry -> made.put(entry.getKey(), entry.getValue()));
        } catch (OrtException e) {
            throw new IOException(name + ": ONNX Runtime cannot run it: " + e.getMessage(), e);
        }
        try {
            PartOutputs.checkFeed(name, feed, ", since the run began");
            return made;
        } catch (IllegalArgumentException closed) {
            List<OnnxValue> kept = new ArrayList<>(feed.values());
            kept.addAll(targets);
            PartOutputs.close(made.values(), kept);
            throw closed;
        }
    }

    /**
     * Refuses names that the Java interface of ONNX Runtime garbles on their way to and from native code.
     *
     * @param names names of tensors
     * @throws CannotRunException if a name cannot be passed
     */
    public static void checkNames(Iterable<String> names) {
        for (String name : names) {
            if (name.codePoints().anyMatch(c -> c == 0 || c > Character.MAX_VALUE)) {
                throw new CannotRunException("ONNX Runtime's Java interface cannot pass the tensor '" + name
                        + "': its name has a character beyond U+FFFF");
            }
        }
    }

    /**
     * Returns why a value cannot be passed: an optional value crashes ONNX Runtime's Java interface.
     *
     * @param value an input or output
     * @return the reason; empty if it can be passed
     */
    public static Optional<String> refusal(io.pepper.model.TensorInfo value) {
        return value.type()
                .filter(type -> type.startsWith("optional("))
                .map(type -> "is " + type + "; ONNX Runtime's Java interface does not support it");
    }

    /**
     * Returns ONNX Runtime's constant for a level.
     *
     * @param level the optimisation level
     * @return the constant
     */
    public static OptLevel level(OptimizationLevel level) {
        return switch (level) {
            case NONE -> OptLevel.NO_OPT;
            case BASIC -> OptLevel.BASIC_OPT;
            case EXTENDED -> OptLevel.EXTENDED_OPT;
            case ALL -> OptLevel.ALL_OPT;
        };
    }

    /**
     * Returns an element type in ONNX's notation.
     *
     * @param info ONNX Runtime's description of a tensor
     * @return for instance {@code float16}
     */
    public static String elementType(TensorInfo info) {
        return info.onnxType.name().substring(TYPE_PREFIX.length()).toLowerCase(Locale.ROOT);
    }

    /**
     * Stops interrupted work.
     *
     * @throws InterruptedIOException if this thread is interrupted
     */
    public static void checkInterrupt() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the run was interrupted");
        }
    }
}
