package io.pepper.examples.cli;

import io.pepper.examples.QuantityText;
import io.pepper.generation.GenerationSession;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option for generating before the measured run: the first hundreds of tokens take longer, until code is compiled. */
final class WarmUpOptions {
    private static final String FOR_REHEARSALS = "5s";

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            description =
                    "Generate for this time first, and discard it: the first hundreds of tokens take longer, until"
                            + " the JVM has compiled its code (default: " + FOR_REHEARSALS
                            + " with --rehearse, else 0s).")
    private Optional<String> time = Optional.empty();

    /** Returns the time; refuses one that is none. */
    Duration time(boolean rehearsed) {
        return QuantityText.time(time.orElse(rehearsed ? FOR_REHEARSALS : "0s"));
    }

    /** Generates the given prompts again and again for the time. */
    static void warmUp(Duration time, GenerationSession session, GenerationRun run, ContextOptions contexts)
            throws IOException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            run.run(session, contexts, Optional.empty());
        }
    }
}
