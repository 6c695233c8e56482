package io.pepper.predict;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Detection of the format in which XGBoost, or another tool, wrote a file, by its first bytes. */
final class XgboostFormat {
    private static final int PROBE = 32;

    /** The first bytes of files in other formats, and advice for each. */
    private static final Map<String, String> OTHERS = new LinkedHashMap<>();

    static {
        String again = ": write the model with Booster.save_model('model.json')";
        OTHERS.put("binf", "it is in XGBoost's old binary format" + again);
        OTHERS.put("bs64", "it is in XGBoost's old binary format" + again);
        OTHERS.put("\u0080", "it is a Python pickle" + again);
        OTHERS.put("\u001f\u008b", "it is compressed by gzip: decompress it first");
        OTHERS.put("PK\u0003\u0004", "it is a zip archive" + again);
        OTHERS.put("tree\n", "it is a model of LightGBM, not of XGBoost");
        OTHERS.put("booster[", "it is a dump of trees (Booster.dump_model)" + again);
        OTHERS.put("version https://git", "it is a Git LFS pointer: run `git lfs pull`");
    }

    private XgboostFormat() {}

    /** Returns the document as JSON, translated as it is read. */
    static InputStream asJson(InputStream in, String source) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in);
        buffered.mark(PROBE);
        String begin = new String(buffered.readNBytes(PROBE), StandardCharsets.ISO_8859_1);
        buffered.reset();
        for (Map.Entry<String, String> other : OTHERS.entrySet()) {
            if (begin.startsWith(other.getKey())) {
                throw new PredictorFormatException(source, "format", other.getValue());
            }
        }
        return UbjsonInput.beginsLike(begin) ? new UbjsonInput(buffered, source) : buffered;
    }
}
