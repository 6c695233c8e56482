package io.pepper.session;

import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.internal.session.SessionSettings;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How ONNX Runtime runs a part. Immutable and therefore thread-safe.
 *
 * <p>Threads that wait do not spin, unless told otherwise: sessions of one partition run in turns, and those that spin take the cores
 * from the one that works. With {@code sharedPool} they use the threads of the process's {@code OrtEnvironment} instead, which
 * the application then has to make first, with its {@code ThreadingOptions}.
 *
 * @param threads the threads inside an operator (intra-op), the calling one included, at least 1
 * @param spinning whether threads that wait for work spin
 * @param optimization how much ONNX Runtime may rewrite the part
 * @param provider the execution provider, for instance {@code CPU} or {@code CUDA}; the upper case, underscores and the ending
 *     {@code ExecutionProvider} do not matter
 * @param arena whether memory that was used once is kept for the next run: faster, but it stays as large as the largest run
 * @param memoryPattern whether memory is laid out for sizes that were seen before: some percent faster for some models, and up to a
 *     half more memory
 * @param sharedPool whether it uses the threads of the environment
 * @param cores the cores that a {@link PipelineSession} binds the part's threads to, by their numbers from 0; empty for any
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
    /** One thread, all optimisations, the processor, an arena, any cores. */
    public static final StageOptions DEFAULTS =
            new StageOptions(1, false, OptimizationLevel.ALL, SessionSettings.CPU, true, true, false, List.of());

    /**
     * Checks the numbers.
     *
     * @param threads see the record
     * @param spinning see the record
     * @param optimization see the record
     * @param provider see the record
     * @param arena see the record
     * @param memoryPattern see the record
     * @param sharedPool see the record
     * @param cores see the record
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
     * With other threads.
     *
     * @param value at least 1
     * @return these options with it
     */
    public StageOptions withThreads(int value) {
        return new StageOptions(value, spinning, optimization, provider, arena, memoryPattern, sharedPool, cores);
    }

    /**
     * With waiting threads that spin, or sleep.
     *
     * @param value whether they spin
     * @return these options with it
     */
    public StageOptions withSpinning(boolean value) {
        return new StageOptions(threads, value, optimization, provider, arena, memoryPattern, sharedPool, cores);
    }

    /**
     * With another level of optimisation.
     *
     * @param value the level
     * @return these options with it
     */
    public StageOptions withOptimization(OptimizationLevel value) {
        return new StageOptions(threads, spinning, value, provider, arena, memoryPattern, sharedPool, cores);
    }

    /**
     * With another execution provider.
     *
     * @param value its name
     * @return these options with it
     */
    public StageOptions withProvider(String value) {
        return new StageOptions(threads, spinning, optimization, value, arena, memoryPattern, sharedPool, cores);
    }

    /**
     * With or without an arena.
     *
     * @param value whether memory is kept
     * @return these options with it
     */
    public StageOptions withArena(boolean value) {
        return new StageOptions(threads, spinning, optimization, provider, value, memoryPattern, sharedPool, cores);
    }

    /**
     * With memory laid out ahead, or not.
     *
     * @param value whether it is
     * @return these options with it
     */
    public StageOptions withMemoryPattern(boolean value) {
        return new StageOptions(threads, spinning, optimization, provider, arena, value, sharedPool, cores);
    }

    /**
     * With the environment's threads, or its own.
     *
     * @param value whether it uses the environment's
     * @return these options with it
     */
    public StageOptions withSharedPool(boolean value) {
        return new StageOptions(threads, spinning, optimization, provider, arena, memoryPattern, value, cores);
    }

    /**
     * With cores.
     *
     * @param value their numbers; empty for any
     * @return these options with them
     */
    public StageOptions withCores(List<Integer> value) {
        return new StageOptions(threads, spinning, optimization, provider, arena, memoryPattern, sharedPool, value);
    }

    SessionSettings settings() {
        return new SessionSettings(
                threads, optimization, provider, spinning, arena, memoryPattern, sharedPool, cores, Optional.empty());
    }
}
