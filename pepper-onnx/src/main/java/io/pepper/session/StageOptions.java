package io.pepper.session;

import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.internal.session.SessionSettings;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Options for running a part in ONNX Runtime. Immutable and therefore thread-safe.
 *
 * <p>By default, waiting threads do not spin: sessions of one partition run in turns, and spinning threads would take
 * the cores from the running session. With {@code sharedPool}, sessions use the threads of the process's {@code
 * OrtEnvironment}. The application then has to create that first, with {@code ThreadingOptions}.
 *
 * @param threads the number of threads inside an operator (intra-op), including the calling thread, at least 1
 * @param spinning whether waiting threads spin
 * @param optimization the graph rewriting that ONNX Runtime may do
 * @param provider the execution provider, for instance {@code CPU} or {@code CUDA}; case, underscores and the ending
 *     {@code ExecutionProvider} do not matter
 * @param arena whether an arena keeps memory for the next run: faster, but the memory stays as large as in the largest
 *     run
 * @param memoryPattern whether ONNX Runtime plans memory for known sizes: some percent faster for some models, and up
 *     to a half more memory
 * @param sharedPool whether the session uses the threads of the environment
 * @param cores the cores to which a {@link PipelineSession} binds the part's threads, by number from 0; empty for any
 */
public record StageOptions(
        int threads,
        boolean spinning,
        OptimizationLevel optimization,
        String provider,
        boolean arena,
        boolean memoryPattern,
        boolean sharedPool,
        List<Integer> cores) {
    /** One thread, all optimisations, the CPU provider, an arena, any cores. */
    public static final StageOptions DEFAULTS =
            new StageOptions(1, false, OptimizationLevel.ALL, SessionSettings.CPU, true, true, false, List.of());

    /**
     * Checks the numbers.
     *
     * @param threads the number of threads inside an operator (intra-op), including the calling thread, at least 1
     * @param spinning whether waiting threads spin
     * @param optimization the graph rewriting that ONNX Runtime may do
     * @param provider the execution provider, for instance {@code CPU} or {@code CUDA}
     * @param arena whether an arena keeps memory for the next run: faster, but the memory stays as large as in the
     *     largest run
     * @param memoryPattern whether ONNX Runtime plans memory for known sizes: some percent faster for some models,
     *     and up to a half more memory
     * @param sharedPool whether the session uses the threads of the environment
     * @param cores the cores to which a {@link PipelineSession} binds the part's threads, by number from 0
     * @throws IllegalArgumentException if a number is out of its range
     */
    public StageOptions {
        Objects.requireNonNull(optimization);
        Objects.requireNonNull(provider);
        cores = List.copyOf(cores);
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads + " is out of range");
        }
        if (cores.stream().anyMatch(core -> core < 0)) {
            throw new IllegalArgumentException("cores " + cores + " are out of range");
        }
    }

    /**
     * Returns these options with another number of threads.
     *
     * @param value at least 1
     * @return the options
     */
    public StageOptions withThreads(int value) {
        return with(changed -> changed.threads = value);
    }

    /**
     * Returns these options with waiting threads that spin or sleep.
     *
     * @param value whether they spin
     * @return the options
     */
    public StageOptions withSpinning(boolean value) {
        return with(changed -> changed.spinning = value);
    }

    /**
     * Returns these options with another level of optimisation.
     *
     * @param value the level
     * @return the options
     */
    public StageOptions withOptimization(OptimizationLevel value) {
        return with(changed -> changed.optimization = value);
    }

    /**
     * Returns these options with another execution provider.
     *
     * @param value its name
     * @return the options
     */
    public StageOptions withProvider(String value) {
        return with(changed -> changed.provider = value);
    }

    /**
     * Returns these options with or without an arena.
     *
     * @param value whether an arena keeps memory
     * @return the options
     */
    public StageOptions withArena(boolean value) {
        return with(changed -> changed.arena = value);
    }

    /**
     * Returns these options with or without memory planning.
     *
     * @param value whether ONNX Runtime plans memory for known sizes
     * @return the options
     */
    public StageOptions withMemoryPattern(boolean value) {
        return with(changed -> changed.memoryPattern = value);
    }

    /**
     * Returns these options with the environment's threads, or threads of the session.
     *
     * @param value whether the session uses the environment's threads
     * @return the options
     */
    public StageOptions withSharedPool(boolean value) {
        return with(changed -> changed.sharedPool = value);
    }

    /**
     * Returns these options with cores.
     *
     * @param value core numbers from 0; empty for any
     * @return the options
     */
    public StageOptions withCores(List<Integer> value) {
        return with(changed -> changed.cores = value);
    }

    SessionSettings settings() {
        return new SessionSettings(
                threads, optimization, provider, spinning, arena, memoryPattern, sharedPool, cores, Optional.empty());
    }

    private StageOptions with(Consumer<Changed> change) {
        Changed changed = new Changed(this);
        change.accept(changed);
        return changed.options();
    }

    /** The values of a copy while one or several of them change. */
    private static final class Changed {
        private int threads;
        private boolean spinning;
        private OptimizationLevel optimization;
        private String provider;
        private boolean arena;
        private boolean memoryPattern;
        private boolean sharedPool;
        private List<Integer> cores;

        private Changed(StageOptions options) {
            threads = options.threads;
            spinning = options.spinning;
            optimization = options.optimization;
            provider = options.provider;
            arena = options.arena;
            memoryPattern = options.memoryPattern;
            sharedPool = options.sharedPool;
            cores = options.cores;
        }

        private StageOptions options() {
            return new StageOptions(threads, spinning, optimization, provider, arena, memoryPattern, sharedPool, cores);
        }
    }
}
