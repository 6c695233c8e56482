package io.pepper.examples.cli;

import io.pepper.distributed.SplitBrain;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a strategy against split brain. */
final class SplitBrainConverter implements ITypeConverter<SplitBrain> {
    @Override
    public SplitBrain convert(String text) {
        return Arrays.stream(SplitBrain.values())
                .filter(strategy -> strategy.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is no strategy; there are "
                        + Arrays.stream(SplitBrain.values())
                                .map(SplitBrain::text)
                                .collect(Collectors.joining(", "))));
    }
}
