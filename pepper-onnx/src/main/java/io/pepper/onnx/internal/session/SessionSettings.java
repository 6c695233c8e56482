package io.pepper.onnx.internal.session;

import io.pepper.model.OptimizationLevel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How to open a session.
 *
 * @param intraOpThreads the threads inside an operator, at least 1
 * @param optimization how much ONNX Runtime may rewrite the model
 * @param provider the execution provider's name, {@code CPU} for none but the processor
 * @param spinning whether waiting threads spin
 * @param arena whether memory that was used once is kept for the next run
 * @param memoryPattern whether memory is laid out for sizes that were seen before
 * @param sharedPool whether it uses the threads of the environment, not threads of its own
 * @param cores the cores that threads other than the calling one are bound to, in turn; empty for any
 * @param profile where the profile of the operators goes, as a prefix of its file's name; empty for none
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
    /** The provider that is always there. */
    public static final String CPU = "CPU";

    /**
     * Settings with an arena and memory patterns, without a shared pool, cores and a profile.
     *
     * @param intraOpThreads see the record
     * @param optimization see the record
     * @param provider see the record
     * @param spinning see the record
     * @return the settings
     */
    public static SessionSettings of(
            int intraOpThreads, OptimizationLevel optimization, String provider, boolean spinning) {
        return new SessionSettings(
                intraOpThreads, optimization, provider, spinning, true, true, false, List.of(), Optional.empty());
    }

    /**
     * With a profile.
     *
     * @param file see the record
     * @return these settings with it
     */
    public SessionSettings withProfile(Optional<Path> file) {
        return new SessionSettings(
                intraOpThreads, optimization, provider, spinning, arena, memoryPattern, sharedPool, cores, file);
    }

    /**
     * What ONNX Runtime calls the cores of its own threads: each thread but the calling one on one core, counted from 1.
     *
     * @return empty if there is nothing to bind
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
