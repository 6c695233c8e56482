package io.pepper.examples.cli;

import io.pepper.examples.QuantityText;
import io.pepper.measure.TimingOptions;
import io.pepper.model.Isolation;
import io.pepper.model.ReadOptions;
import java.util.Optional;
import java.util.function.BiFunction;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether ONNX Runtime opens and runs a model in a child process, and within which limits. */
final class IsolationOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--isolated",
            description =
                    "Let ONNX Runtime open and run the model in a child process, so that a crash there is an error"
                            + " here: for models of strangers.")
    private boolean isolated;

    @Option(
            names = "--isolated-deadline",
            paramLabel = "TIME",
            description = "With --isolated: how long each piece of work may take, such as 90s or 5min (default: 60s).")
    private Optional<String> deadline = Optional.empty();

    @Option(
            names = "--isolated-memory",
            paramLabel = "SIZE",
            description = "With --isolated: how much memory the child may hold, such as 2GB or 512MiB (default: 4GiB).")
    private Optional<String> memory = Optional.empty();

    /** The limits; empty if the model is trusted. */
    private Optional<Isolation> isolation() {
        if (!isolated) {
            if (deadline.isPresent() || memory.isPresent()) {
                throw new ParameterException(
                        spec.commandLine(), "--isolated-deadline and --isolated-memory go with --isolated");
            }
            return Optional.empty();
        }
        Isolation limits = Isolation.DEFAULTS;
        limits = with(
                limits, "--isolated-deadline", deadline, (base, text) -> base.withDeadline(QuantityText.time(text)));
        limits = with(
                limits, "--isolated-memory", memory, (base, text) -> base.withMemoryBytes(QuantityText.bytes(text)));
        return Optional.of(limits);
    }

    private Isolation with(
            Isolation base, String option, Optional<String> text, BiFunction<Isolation, String, Isolation> reader) {
        try {
            return text.map(given -> reader.apply(base, given)).orElse(base);
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), option + ": " + refused.getMessage(), refused);
        }
    }

    /** How to open a model with them. */
    ReadOptions reading(ReadOptions base) {
        return isolation().map(base::withIsolation).orElse(base);
    }

    /** How to time a model with them. */
    TimingOptions timing(TimingOptions base) {
        return isolation().map(base::withIsolation).orElse(base);
    }
}
