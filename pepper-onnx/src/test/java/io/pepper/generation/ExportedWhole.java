package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import io.pepper.generation.ExportStyle.Extra;
import io.pepper.generation.ExportStyle.Layout;
import io.pepper.generation.ExportStyle.Mask;
import io.pepper.generation.ExportStyle.Positions;
import io.pepper.generation.ExportStyle.Tokens;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A whole text generator of a style, whose inputs its user makes as the style says: what the parts must compute. */
final class ExportedWhole implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final ExportStyle style;
    private final int layers;
    private final OrtSession session;
    private final Map<String, OnnxTensor> caches = new HashMap<>();
    private final Map<String, OnnxTensor> contexts;

    ExportedWhole(ExportStyle style, int layers, Map<String, OnnxTensor> contexts) throws OrtException {
        this.style = style;
        this.layers = layers;
        this.contexts = contexts;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            options.setIntraOpNumThreads(1);
            session = environment.createSession(ExportedDecoder.bytes(style, layers), options);
        }
    }

    /** The logits of each step of a greedy continuation. */
    List<float[]> greedy(List<Long> prompt, int count) throws OrtException {
        caches.clear();
        List<float[]> logits = new ArrayList<>();
        List<Long> next = prompt;
        int past = 0;
        for (int step = 0; step < count; step++) {
            if (style.tokens() == Tokens.ONE_AT_A_TIME) {
                for (int i = 0; i < next.size() - 1; i++) {
                    run(next.subList(i, i + 1), past++);
                }
                next = next.subList(next.size() - 1, next.size());
            }
            float[] found = run(next, past);
            past += next.size();
            logits.add(found);
            next = List.of(best(found));
        }
        return logits;
    }

    static long best(float... logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private float[] run(List<Long> tokens, int past) throws OrtException {
        Map<String, OnnxTensorLike> feed = new LinkedHashMap<>(contexts);
        feed.putAll(steps(tokens, past));
        Map<String, String> presents = new LinkedHashMap<>();
        for (int i = 0; i < layers; i++) {
            for (String kind : style.layout() == Layout.STACKED ? List.of("") : List.of("key", "value")) {
                presents.put(style.present(i, kind), style.past(i, kind));
            }
        }
        for (String cache : presents.values()) {
            feed.put(cache, caches.containsKey(cache) ? caches.get(cache) : empty());
        }
        try (OrtSession.Result results = session.run(feed)) {
            for (Map.Entry<String, String> cache : presents.entrySet()) {
                caches.put(cache.getValue(), CacheTensor.copy((OnnxTensor) value(results, cache.getKey())));
            }
            FloatBuffer logits = ((OnnxTensor) value(results, "logits")).getFloatBuffer();
            float[] all = new float[logits.remaining()];
            logits.get(all);
            return Arrays.copyOfRange(all, all.length - ExportedDecoder.VOCABULARY, all.length);
        }
    }

    private static OnnxValue value(OrtSession.Result results, String name) {
        return results.get(name).orElseThrow();
    }

    private OnnxTensor empty() throws OrtException {
        long[] shape = Arrays.stream(style.layout().axes("past"))
                .mapToLong(axis -> axis instanceof Number size
                        ? size.longValue()
                        : axis.equals("past") || axis.equals("d1") || axis.equals("n") ? 0 : 1)
                .toArray();
        OnnxJavaType type = style.has(Extra.HALF_CACHES) ? OnnxJavaType.FLOAT16 : OnnxJavaType.FLOAT;
        int size = (int) Arrays.stream(shape).reduce(type.size, (one, other) -> one * other);
        return OnnxTensor.createTensor(
                environment, ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder()), shape, type);
    }

    /** The inputs of a step but caches. */
    private Map<String, OnnxTensor> steps(List<Long> tokens, int past) throws OrtException {
        Map<String, OnnxTensor> feed = new HashMap<>();
        int count = tokens.size();
        double[] ids = tokens.stream().mapToDouble(Long::doubleValue).toArray();
        double[] at = new double[count];
        Arrays.setAll(at, i -> past + i);
        if (style.tokens() == Tokens.RANK_1) {
            feed.put("tokens", tensor("INT64", ids, count));
        } else {
            feed.put("input_ids", tensor(style.tokens() == Tokens.INT32 ? "INT32" : "INT64", ids, 1, count));
        }
        if (style.positions() == Positions.POSITION_IDS) {
            feed.put("position_ids", tensor("INT64", at, 1, count));
        } else if (style.positions() == Positions.CACHE_POSITION) {
            feed.put("cache_position", tensor("INT64", at, count));
        } else if (style.positions() == Positions.THREE_ROWS) {
            double[] rows = new double[3 * count];
            Arrays.setAll(rows, i -> past + i % count);
            feed.put("position_ids", tensor("INT64", rows, 3, 1, count));
        }
        if (style.has(Extra.TOKEN_TYPES)) {
            feed.put("token_type_ids", tensor("INT64", new double[count], 1, count));
        }
        if (style.has(Extra.NUM_LOGITS_TO_KEEP)) {
            feed.put("num_logits_to_keep", tensor("INT64", new double[] {1}));
        }
        if (style.layout() == Layout.GROUP_QUERY || style.layout() == Layout.GROUP_QUERY_BUFFER) {
            feed.put("seqlens_k", tensor("INT32", new double[] {past + count - 1}, 1));
            feed.put("total_sequence_length", tensor("INT32", new double[] {past + count}));
        }
        if (style.mask() != Mask.NONE) {
            feed.put("attention_mask", mask(past, count));
        }
        return feed;
    }

    private OnnxTensor mask(int past, int count) throws OrtException {
        Mask mask = style.mask();
        int total = mask == Mask.BOOL_4_BUFFER ? ExportedDecoder.LONGEST : past + count;
        int rows = mask.axes() == 4 ? count : 1;
        double[] values = new double[rows * total];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < total; column++) {
                boolean read = mask.axes() == 2 || column <= past + row;
                values[row * total + column] = mask.isAdded() ? (read ? 0 : -10000) : read != mask.isHiding() ? 1 : 0;
            }
        }
        String type = mask.name().substring(0, mask.name().indexOf('_'));
        return mask.axes() == 4 ? tensor(type, values, 1, 1, rows, total) : tensor(type, values, 1, total);
    }

    private OnnxTensor tensor(String type, double[] values, long... shape) throws OrtException {
        OnnxJavaType java = type.equals("HALF") ? OnnxJavaType.FLOAT16 : OnnxJavaType.valueOf(type);
        ByteBuffer bytes = ByteBuffer.allocateDirect(values.length * java.size).order(ByteOrder.nativeOrder());
        for (double value : values) {
            switch (java) {
                case INT64 -> bytes.putLong((long) value);
                case INT32 -> bytes.putInt((int) value);
                case FLOAT -> bytes.putFloat((float) value);
                case FLOAT16 -> bytes.putShort(Fp16Conversions.floatToFp16((float) value));
                default -> bytes.put((byte) value);
            }
        }
        return OnnxTensor.createTensor(environment, bytes.flip(), shape, java);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
