package io.pepper.examples.cli;

import io.pepper.predict.LoadLevel;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A reader of loads on the command line. */
final class LoadConverter implements ITypeConverter<LoadLevel> {
    @Override
    public LoadLevel convert(String text) {
        try {
            return LoadLevel.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new TypeConversionException(wrong.getMessage());
        }
    }
}
