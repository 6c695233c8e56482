package io.pepper.onnx.internal.session;

import io.pepper.model.OptimizationLevel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings of a session.
 *
 * @param intraOpThreads number of threads inside an operator, at least 1
 * @param optimization the optimisation of the model by ONNX Runtime
 * @param provider the name of the execution provider; {@code CPU} for the processor alone
 * @param spinning whether waiting threads spin
 * @param arena whether memory of a run is kept for the next run
 * @param memoryPattern whether memory is laid out for sizes of earlier runs
 * @param sharedPool whether the session uses the threads of the environment instead of its own
 * @param cores the cores to which threads other than the calling one are bound in turn; empty for any
 * @param profile the path prefix of the profile of operators; empty for none
 */
public record SessionSettings(
        int intraOpThreads,
        OptimizationLevel optimization,
        String provider,
        boolean spinning,
        boolean arena,
        boolean memoryPattern,
        boolean sharedPool,
        List<Integer> cores,
        Optional<Path> profile) {
    /** The provider that always exists. */
    public static final String CPU = "CPU";

    /**
     * Returns settings with an arena and memory patterns, without a shared pool, cores and a profile.
     *
     * @param intraOpThreads number of threads inside an operator, at least 1
     * @param optimization the optimisation of the model by ONNX Runtime
     * @param provider the name of the execution provider
     * @param spinning whether waiting threads spin
     * @return the settings
     */
    public static SessionSettings of(
            int intraOpThreads, OptimizationLevel optimization, String provider, boolean spinning) {
        return new SessionSettings(
                intraOpThreads, optimization, provider, spinning, true, true, false, List.of(), Optional.empty());
    }

    /**
     * Sets the profile.
     *
     * @param file the path prefix of the profile of operators; empty for none
     * @return a copy with this profile
     */
    public SessionSettings withProfile(Optional<Path> file) {
        return new SessionSettings(
                intraOpThreads, optimization, provider, spinning, arena, memoryPattern, sharedPool, cores, file);
    }

    /**
     * Returns the cores in ONNX Runtime's notation: one core for each thread but the calling one, counted from 1.
     *
     * @return the affinities; empty if no thread is bound
     */
    Optional<String> affinities() {
        if (cores.isEmpty() || intraOpThreads == 1 || sharedPool) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        for (int thread = 1; thread < intraOpThreads; thread++) {
            text.append(thread == 1 ? "" : ";").append(cores.get(thread % cores.size()) + 1);
        }
        return Optional.of(text.toString());
    }
}
