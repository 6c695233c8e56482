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

/** The options for running ONNX Runtime in a child process, and its limits. */
final class IsolationOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--isolated",
            description = "Run ONNX Runtime in a child process, so that a crash there is reported as an error."
                    + " Use it for untrusted models.")
    private boolean isolated;

    @Option(
            names = "--isolated-deadline",
            paramLabel = "TIME",
            description = "With --isolated: time limit of each request, such as 90s or 5min (default: 60s).")
    private Optional<String> deadline = Optional.empty();

    @Option(
            names = "--isolated-memory",
            paramLabel = "SIZE",
            description = "With --isolated: memory limit of the child process, such as 2GB or 512MiB (default: 4GiB).")
    private Optional<String> memory = Optional.empty();

    /** Returns the limits; empty if the model is trusted. */
    Optional<Isolation> limits() {
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

    /** Returns options for opening a model within the limits. */
    ReadOptions reading(ReadOptions base) {
        return limits().map(base::withIsolation).orElse(base);
    }

    /** Returns options for timing a model within the limits. */
    TimingOptions timing(TimingOptions base) {
        return limits().map(base::withIsolation).orElse(base);
    }
}
