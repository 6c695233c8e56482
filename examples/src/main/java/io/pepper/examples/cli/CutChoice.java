package io.pepper.examples.cli;

import io.pepper.cut.CutOptions;
import io.pepper.cut.Cuts;
import io.pepper.graph.Indices;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.RecognizedInputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options for the search of cuts. */
final class CutChoice {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--max-width", paramLabel = "K", description = "Allow cuts at up to K tensors (default: 1).")
    private Optional<Integer> maxWidth = Optional.empty();

    @Option(
            names = {"--share", "--share-input"},
            paramLabel = "NAME",
            description =
                    "Share a tensor in addition to the recognised ones, an input or a result of an operator: it, and tensors"
                            + " cheaply computed from it, do not count as crossing. A result is computed once and passed"
                            + " on. A * at the end matches any ending, such as past*. May be repeated.")
    private List<String> shared = List.of();

    @Option(
            names = "--no-auto-share",
            description =
                    "Share only what --share names: by default the caches, masks and positions of a text generator are"
                            + " recognised and shared.")
    private boolean alone;

    /** Returns the inputs that are recognised and shared. */
    RecognizedInputs recognized(OnnxModel model) {
        return alone ? RecognizedInputs.NONE : model.recognizedInputs();
    }

    /** Returns the cuts of a model: those at single tensors, unless the options ask for others. */
    Cuts of(OnnxModel model, ModelCosts costs) {
        return find(model, costs.cutOptions());
    }

    /** Returns the cuts that divide no kernel, if there are at least the given number, else all cuts. */
    Cuts toRun(OnnxModel model, ModelCosts costs, int least) {
        Cuts between = find(model, costs.cutOptionsBetweenKernels());
        return between.size() >= least ? between : of(model, costs);
    }

    /** Returns the cuts at which the parts have exactly the kernels of the whole model. */
    Cuts atStageEnds(OnnxModel model, ModelCosts costs) {
        return find(model, costs.cutOptionsAtStageEnds());
    }

    private Cuts find(OnnxModel model, CutOptions options) {
        int width = maxWidth.orElse(alone ? CutOptions.DEFAULT_MAX_WIDTH : options.maxWidth());
        if (width < 1 || width > CutOptions.GREATEST_MAX_WIDTH) {
            throw new ParameterException(
                    spec.commandLine(), "--max-width takes 1 to " + CutOptions.GREATEST_MAX_WIDTH + ", found " + width);
        }
        List<String> names = new ArrayList<>(alone ? List.of() : options.shared());
        names.addAll(shared);
        Indices marks = alone || maxWidth.isPresent() ? Indices.of() : options.layerMarks();
        Cuts found = model.cuts(options.withMaxWidth(width).withShared(names).withLayerMarks(marks));
        if (found.effort().limited()) {
            spec.commandLine()
                    .getErr()
                    .println("pepper: the search for cuts at several tensors stopped at its budget, after "
                            + found.effort().steps() + " steps; narrower cuts may exist");
        }
        return found;
    }
}
