package io.pepper.onnx.internal.session;

import io.pepper.onnx.OptimizationLevel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to open a session.
 *
 * @param intraOpThreads the threads inside an operator, at least 1
 * @param optimization how much ONNX Runtime may rewrite the model
 * @param provider the execution provider's name, {@code CPU} for none but the processor
 * @param spinning whether waiting threads spin
 * @param profile where the profile of the operators goes, as a prefix of its file's name; empty for none
 */
public record SessionSettings(
        int intraOpThreads, OptimizationLevel optimization, String provider, boolean spinning, Optional<Path> profile) {
    /** The provider that is always there. */
    public static final String CPU = "CPU";
}
