package io.pepper.examples.cli;

import io.pepper.examples.QuantityText;
import io.pepper.generation.GenerationSession;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option for generating before the measured run: the first hundreds of tokens take longer, until code is compiled. */
final class WarmUpOptions {
    private static final String FOR_REHEARSALS = "5s";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

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
        try {
            return QuantityText.time(time.orElse(rehearsed ? FOR_REHEARSALS : "0s"));
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), "--warm-up " + refused.getMessage(), refused);
        }
    }

    /** Returns whether a time is given. */
    boolean isGiven() {
        return time.isPresent();
    }

    /** Generates the given prompts again and again for the time. */
    static void warmUp(Duration time, GenerationSession session, GenerationRun run, GenerationRun.Opening opening)
            throws IOException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            run.run(session, opening, Optional.empty());
        }
    }
}
