package io.pepper.export.internal;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import ai.onnxruntime.TensorInfo;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.Sessions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A copy of an output: its tensor, or the elements of its sequence one after another.
 *
 * @param type the type in ONNX's notation
 * @param shape the shape of a tensor, the length of a sequence or the number of keys and values of a map
 * @param leaves the elements in order
 */
public record Snapshot(String type, List<Long> shape, List<Leaf> leaves) {
    /**
     * Copies an output.
     *
     * @param value a tensor, a sequence or a map
     * @return its copy
     * @throws OrtException if the output cannot be read
     */
    public static Snapshot of(OnnxValue value) throws OrtException {
        if (value instanceof OnnxSequence sequence) {
            return sequence(sequence);
        }
        Leaf leaf = leaf(value, List.of());
        return new Snapshot(type(value), leaf.shape(), List.of(leaf));
    }

    private static Snapshot sequence(OnnxSequence sequence) throws OrtException {
        var leaves = new ArrayList<Leaf>();
        List<? extends OnnxValue> elements = sequence.getValue();
        try {
            for (OnnxValue element : elements) {
                leaves.add(leaf(element, List.of((long) leaves.size())));
            }
            String inner = elements.isEmpty() ? "?" : type(elements.get(0));
            return new Snapshot("seq(" + inner + ")", List.of((long) leaves.size()), List.copyOf(leaves));
        } finally {
            elements.forEach(OnnxValue::close);
        }
    }

    private static String type(OnnxValue value) {
        if (value.getInfo() instanceof TensorInfo tensor) {
            return Sessions.elementType(tensor);
        }
        if (value.getInfo() instanceof MapInfo map) {
            return "map(" + map.keyType.name().toLowerCase(Locale.ROOT) + ","
                    + map.valueType.name().toLowerCase(Locale.ROOT) + ")";
        }
        throw new CannotRunException("an output of kind " + value.getInfo() + " cannot be compared");
    }

    private static Leaf leaf(OnnxValue value, List<Long> prefix) throws OrtException {
        if (value instanceof OnnxMap map) {
            var values = new ArrayList<Object>();
            for (Map.Entry<?, ?> entry : new TreeMap<>(map.getValue()).entrySet()) {
                values.add(entry.getKey());
                values.add(entry.getValue());
            }
            return new Leaf.Objects(prefix, List.of((long) values.size()), List.copyOf(values));
        }
        if (!(value instanceof OnnxTensor tensor) || !(value.getInfo() instanceof TensorInfo info)) {
            throw new CannotRunException("an output of kind " + value.getInfo() + " cannot be compared");
        }
        List<Long> shape = Arrays.stream(info.getShape()).boxed().toList();
        if (Sessions.elementType(info).equals("string")) {
            return new Leaf.Objects(prefix, shape, strings(tensor, info));
        }
        return new Leaf.Numbers(prefix, shape, info.onnxType, tensor.getByteBuffer());
    }

    private static List<Object> strings(OnnxTensor tensor, TensorInfo info) throws OrtException {
        if (info.getNumElements() == 0) {
            return List.of();
        }
        Object value = tensor.getValue();
        return value instanceof String ? List.of(value) : List.of((Object[]) OrtUtil.flattenString(value));
    }
}
