package io.pepper.examples.cli;

import io.pepper.export.ExportOptions;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that limit writing. */
final class WritingOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--max-export-bytes",
            paramLabel = "N",
            description = "Limit the written bytes of parts to N (default: " + ExportOptions.DEFAULT_TIMES
                    + " times the bytes of the model plus 64 MiB).")
    private Optional<Long> most = Optional.empty();

    /** Returns the options of the export. */
    ExportOptions options() {
        if (most.orElse(0L) < 0) {
            throw new ParameterException(spec.commandLine(), "--max-export-bytes takes 0 or more, found " + most.get());
        }
        return most.map(ExportOptions.DEFAULTS::withMaxBytes).orElse(ExportOptions.DEFAULTS);
    }
}
