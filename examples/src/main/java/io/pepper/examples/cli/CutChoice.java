package io.pepper.examples.cli;

import io.pepper.cut.CutOptions;
import io.pepper.cut.Cuts;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
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
                    "Share an input, such as an attention mask: it, and what is cheaply computed from it, does not count"
                            + " as crossing. With * at the end all that begin so, such as past*. May be given for several.")
    private List<String> shared = List.of();

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
        int width = maxWidth.orElse(CutOptions.DEFAULT_MAX_WIDTH);
        if (width < 1 || width > CutOptions.GREATEST_MAX_WIDTH) {
            throw new ParameterException(
                    spec.commandLine(), "--max-width takes 1 to " + CutOptions.GREATEST_MAX_WIDTH + ", found " + width);
        }
        Cuts found = model.cuts(options.withMaxWidth(width).withShared(shared));
        if (found.effort().limited()) {
            spec.commandLine()
                    .getErr()
                    .println("pepper: the search for cuts at several tensors stopped at its budget, after "
                            + found.effort().steps() + " steps; narrower cuts may exist");
        }
        return found;
    }
}
