package io.pepper.session;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.util.HashMap;
import java.util.Map;

/** Sizes for the open dimensions of the real models: images of 3 x 64 x 192, eight words. */
final class RealShapes {
    private static final long[] IMAGE = {1, 3, 64, 192};
    private static final long[] TEXT_LINE = {1, 3, 48, 192};
    private static final long[] WORDS = {1, 8};
    private static final long LINE_HEIGHT = 48;

    private RealShapes() {}

    static Map<String, long[]> of(String resource, OrtSession session) throws OrtException {
        Map<String, long[]> shapes = new HashMap<>();
        for (NodeInfo input : session.getInputInfo().values()) {
            long[] shape = ((TensorInfo) input.getInfo()).getShape();
            if (shape.length == WORDS.length) {
                shapes.put(input.getName(), WORDS);
            } else {
                boolean line = shape[2] == LINE_HEIGHT || resource.contains("_rec_");
                shapes.put(input.getName(), line ? TEXT_LINE : IMAGE);
            }
        }
        return shapes;
    }
}
