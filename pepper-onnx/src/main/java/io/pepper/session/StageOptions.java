package io.pepper.session;

import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.internal.session.SessionSettings;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

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
        return new StageOptions(value, spinning, optimization, provider, arena, memoryPattern, sharedPool, cores);
    }

    /**
     * Returns these options with waiting threads that spin or sleep.
     *
     * @param value whether they spin
     * @return the options
     */
    public StageOptions withSpinning(boolean value) {
        return new StageOptions(threads, value, optimization, provider, arena, memoryPattern, sharedPool, cores);
    }

    /**
     * Returns these options with another level of optimisation.
     *
     * @param value the level
     * @return the options
     */
    public StageOptions withOptimization(OptimizationLevel value) {
        return new StageOptions(threads, spinning, value, provider, arena, memoryPattern, sharedPool, cores);
    }

    /**
     * Returns these options with another execution provider.
     *
     * @param value its name
     * @return the options
     */
    public StageOptions withProvider(String value) {
        return new StageOptions(threads, spinning, optimization, value, arena, memoryPattern, sharedPool, cores);
    }

    /**
     * Returns these options with or without an arena.
     *
     * @param value whether an arena keeps memory
     * @return the options
     */
    public StageOptions withArena(boolean value) {
        return new StageOptions(threads, spinning, optimization, provider, value, memoryPattern, sharedPool, cores);
    }

    /**
     * Returns these options with or without memory planning.
     *
     * @param value whether ONNX Runtime plans memory for known sizes
     * @return the options
     */
    public StageOptions withMemoryPattern(boolean value) {
        return new StageOptions(threads, spinning, optimization, provider, arena, value, sharedPool, cores);
    }

    /**
     * Returns these options with the environment's threads, or threads of the session.
     *
     * @param value whether the session uses the environment's threads
     * @return the options
     */
    public StageOptions withSharedPool(boolean value) {
        return new StageOptions(threads, spinning, optimization, provider, arena, memoryPattern, value, cores);
    }

    /**
     * Returns these options with cores.
     *
     * @param value core numbers from 0; empty for any
     * @return the options
     */
    public StageOptions withCores(List<Integer> value) {
        return new StageOptions(threads, spinning, optimization, provider, arena, memoryPattern, sharedPool, value);
    }

    SessionSettings settings() {
        return new SessionSettings(
                threads, optimization, provider, spinning, arena, memoryPattern, sharedPool, cores, Optional.empty());
    }
}
