package io.pepper.export;

import java.util.Locale;

/** The storage of a part's weights. */
public enum WeightStorage {
    /**
     * In the part's own ONNX file, which needs no other file. A part of more than 2 GiB exceeds the largest ONNX file
     * and gets a data file, as with {@link #EXTERNAL}; the manifest notes this.
     */
    INLINE,

    /**
     * Copied to a data file beside each part. The file contains exactly what the part needs, with each large tensor at
     * the start of a page, so that ONNX Runtime can map it into memory.
     */
    EXTERNAL,

    /**
     * In the model's own files: parts refer to their bytes by offset and length, and nothing is copied, whatever the
     * size of the model. These files must stay unchanged, in the directory of the parts or below it, because ONNX
     * Runtime follows neither other paths nor links. Values in an encoding to which no ONNX file can refer are copied;
     * the manifest notes this.
     */
    REFERENCE;

    /**
     * Returns the name in the manifest, in lower case.
     *
     * @return the name, for instance {@code inline}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
