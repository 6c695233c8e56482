package io.pepper.export;

import java.util.Locale;

/** Where the weights of a part stand. */
public enum WeightStorage {
    /**
     * In the part's own ONNX file, which needs no other. A part that would have more than 2 GiB, which no ONNX file can, gets a data
     * file after all, as with {@link #EXTERNAL}; the manifest says so.
     */
    INLINE,

    /**
     * In a data file beside each part, copied; it holds just what the part needs, each large tensor at the beginning of a page, so
     * that ONNX Runtime can map it into memory.
     */
    EXTERNAL,

    /**
     * Where they are: parts refer to bytes in the model's own files, by offset and length, and nothing is copied, whatever the size
     * of the model. These files must stay as they are, and be in the directory of the parts or below it: ONNX Runtime follows no
     * other way, and no link. Numbers that an ONNX file writes in a form of its own are copied; the manifest says so.
     */
    REFERENCE;

    /**
     * The name in lower case, as the manifest has it.
     *
     * @return for instance {@code inline}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
