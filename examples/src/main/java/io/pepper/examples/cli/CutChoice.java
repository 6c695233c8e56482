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

/** Which cuts to look for. */
final class CutChoice {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--max-width",
            paramLabel = "K",
            description = "Take cuts at up to K tensors, too (default: 1, at single tensors).")
    private Optional<Integer> maxWidth = Optional.empty();

    @Option(
            names = "--share-input",
            paramLabel = "NAME",
            description =
                    "Share an input, beside those that are recognised: it, and what is cheaply computed from it, does not count"
                            + " as crossing. With * at the end all that begin so, such as past*. May be given for several.")
    private List<String> shared = List.of();

    @Option(
            names = "--no-auto-share",
            description =
                    "Share only what --share-input names: by default the caches, masks and positions of a text generator are"
                            + " recognised and shared.")
    private boolean alone;

    /** The inputs that are recognised and shared. */
    RecognizedInputs recognized(OnnxModel model) {
        return alone ? RecognizedInputs.NONE : model.recognizedInputs();
    }

    /** The cuts of a model: the plain ones unless others are asked for. */
    Cuts of(OnnxModel model, ModelCosts costs) {
        return find(model, costs.cutOptions());
    }

    /** Cuts that divide nothing that is computed at once, if there are as many as are needed. */
    Cuts toRun(OnnxModel model, ModelCosts costs, int least) {
        Cuts between = find(model, costs.cutOptionsBetweenKernels());
        return between.size() >= least ? between : of(model, costs);
    }

    /** Cuts at which parts have just the kernels of the whole. */
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
