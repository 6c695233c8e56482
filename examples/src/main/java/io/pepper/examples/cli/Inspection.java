package io.pepper.examples.cli;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.graph.Indices;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.RecognizedInputs;
import java.util.List;

/**
 * The findings on a model.
 *
 * @param model the model
 * @param costs its costs
 * @param cuts the requested cuts
 * @param recognized the inputs that were recognised and shared
 * @param original whether to include the bridges of the original PEPPER
 * @param weights whether to list the stored weights
 */
record Inspection(
        OnnxModel model, ModelCosts costs, Cuts cuts, RecognizedInputs recognized, boolean original, boolean weights) {
    List<TensorInfo> crossing(Cut cut) {
        return infos(cut.tensors());
    }

    List<TensorInfo> carried(Cut cut) {
        return infos(cut.carried());
    }

    private List<TensorInfo> infos(Indices tensors) {
        return tensors.stream()
                .mapToObj(model.graph()::tensorName)
                .map(costs.shapes()::of)
                .toList();
    }
}
