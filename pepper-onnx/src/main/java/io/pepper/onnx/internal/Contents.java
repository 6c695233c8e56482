package io.pepper.onnx.internal;

import java.util.function.Function;

/** The access of this library's packages to the contents of a model, which its users do not see. */
public final class Contents {
    private static volatile Function<Object, ModelContents> reader = model -> {
        throw new IllegalStateException("no model was ever made");
    };

    private Contents() {}

    /**
     * Sets the function that returns the contents. The class of models calls this when it is loaded.
     *
     * @param how the function from a model to its contents
     */
    public static void readBy(Function<Object, ModelContents> how) {
        reader = how;
    }

    /**
     * Returns the contents of a model.
     *
     * @param model an {@code OnnxModel}
     * @return its contents
     */
    public static ModelContents of(Object model) {
        return reader.apply(model);
    }
}
