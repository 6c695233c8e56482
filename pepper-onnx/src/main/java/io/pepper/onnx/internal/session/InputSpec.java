package io.pepper.onnx.internal.session;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An input as ONNX Runtime reports it.
 *
 * @param name its name
 * @param type the element type in ONNX's notation
 * @param shape the sizes, -1 for unknown ones
 * @param symbols the names of the unknown sizes, empty for unnamed ones
 * @param hint the use of its integers
 */
record InputSpec(String name, String type, List<Long> shape, List<String> symbols, ValueHint hint) {
    static List<InputSpec> of(OrtSession session, WholeModel whole) throws IOException {
        var hints = new IndexHints(whole.skeleton());
        var specs = new ArrayList<InputSpec>();
        try {
            for (NodeInfo input : session.getInputInfo().values()) {
                if (!(input.getInfo() instanceof TensorInfo tensor)) {
                    throw new CannotRunException("input " + input.getName() + " is not a tensor but " + input.getInfo()
                            + "; such inputs cannot be given");
                }
                ValueHint hint = hints.of(input.getName());
                specs.add(new InputSpec(
                        input.getName(), Sessions.elementType(tensor), shape(tensor), symbols(tensor), hint));
            }
        } catch (OrtException e) {
            throw new IOException(whole.source().name() + ": " + e.getMessage(), e);
        }
        return specs;
    }

    private static List<Long> shape(TensorInfo info) {
        return Arrays.stream(info.getShape()).boxed().toList();
    }

    private static List<String> symbols(TensorInfo info) {
        String[] names = info.getDimensionNames();
        return names == null ? List.of() : List.of(names);
    }

    /** Returns the user's name of a dimension: its symbol or, without one, input and axis. */
    String label(int axis) {
        String symbol = symbol(axis);
        return symbol.isEmpty() ? name + "[" + axis + "]" : symbol;
    }

    String symbol(int axis) {
        return axis < symbols.size() ? symbols.get(axis) : "";
    }

    boolean isFree(int axis) {
        return shape.get(axis) < 0;
    }

    long freeAxes() {
        return shape.stream().filter(size -> size < 0).count();
    }

    PlannedInput planned(List<Long> sizes) {
        return new PlannedInput(name, type, sizes, hint);
    }
}
