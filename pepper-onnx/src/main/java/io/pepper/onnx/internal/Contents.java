package io.pepper.onnx.internal;

import java.util.function.Function;

/** Gives the rooms of this library what a model is made of, which its users do not see. */
public final class Contents {
    private static volatile Function<Object, ModelContents> reader = model -> {
        throw new IllegalStateException("no model was ever made");
    };

    private Contents() {}

    /**
     * Sets how contents are read; the class of models does, when it is loaded.
     *
     * @param how from a model to its contents
     */
    public static void readBy(Function<Object, ModelContents> how) {
        reader = how;
    }

    /**
     * Returns the contents of a model.
     *
     * @param model an {@code OnnxModel}
     * @return what it is made of
     */
    public static ModelContents of(Object model) {
        return reader.apply(model);
    }
}
