package io.pepper.onnx.internal;

import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.internal.model.OpeningWork;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import java.util.Optional;

/** The check whether opening a model may crash this process through ONNX Runtime. */
public final class OpeningTrial {
    private OpeningTrial() {}

    /**
     * Returns why ONNX Runtime must not open a model in this process. A model that may crash ONNX Runtime is first
     * opened in a child process.
     *
     * @param contents the model
     * @param optimization the optimisation of the model by ONNX Runtime
     * @return the reason; empty if none is known
     * @throws io.pepper.model.IsolatedRunException if the child process, whose limits are among the model's options,
     *     did not survive
     * @throws IOException if the model cannot be read, or the thread was interrupted
     */
    public static Optional<String> refusal(ModelContents contents, OptimizationLevel optimization) throws IOException {
        ModelProto opened = contents.original();
        Optional<String> refusal = OpeningWork.refusal(opened);
        return refusal.isPresent() ? refusal : contents.types().danger(opened, optimization);
    }
}
