package io.pepper.onnx.internal;

import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.internal.model.OpeningWork;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import java.util.Optional;

/** Whether this process survives it when ONNX Runtime opens a model. */
public final class OpeningTrial {
    private OpeningTrial() {}

    /**
     * Why a model must not be given to ONNX Runtime in this process. A model of which ONNX Runtime may die is opened in a child process.
     *
     * @param contents the model
     * @param optimization how much ONNX Runtime may rewrite it
     * @return the reason; empty if nothing is known against it
     * @throws io.pepper.model.IsolatedRunException if the child died whose limits are among the model's options
     * @throws IOException if the model cannot be read, or the thread was interrupted
     */
    public static Optional<String> refusal(ModelContents contents, OptimizationLevel optimization) throws IOException {
        ModelProto opened = contents.original();
        Optional<String> refusal = OpeningWork.refusal(opened);
        return refusal.isPresent() ? refusal : contents.types().danger(opened, optimization);
    }
}
