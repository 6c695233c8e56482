package io.pepper.examples.cli;

import io.pepper.model.OptimizationLevel;
import io.pepper.session.StageOptions;
import picocli.CommandLine.Option;

/** The options by which ONNX Runtime runs parts. */
final class RuntimeOptions {
    @Option(names = "--threads", paramLabel = "N", description = "Threads inside an operator (default: 1).")
    private int threads = 1;

    @Option(
            names = "--optimization",
            paramLabel = "none|basic|extended|all",
            description = "Optimisation of the parts by ONNX Runtime (default: all).")
    private OptimizationLevel optimization = OptimizationLevel.ALL;

    StageOptions stages() {
        return StageOptions.DEFAULTS.withThreads(threads).withOptimization(optimization);
    }
}
