package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import io.pepper.onnx.internal.session.BoardOutputs;
import io.pepper.onnx.internal.session.PartOutputs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model gave for a request. Closing releases its tensors, but not one that is the caller's own input passed through.
 * Not thread-safe.
 */
public final class RunOutputs implements AutoCloseable {
    private final Map<String, OnnxValue> values;
    private final BoardOutputs board;

    RunOutputs(BoardOutputs board) {
        this.board = board;
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(board.values()));
    }

    /** Outputs that are all owned. */
    static RunOutputs of(Map<String, OnnxValue> values) {
        return new RunOutputs(new BoardOutputs(values, List.copyOf(values.values())));
    }

    /** These outputs, after the inputs were given away: those that are no output are closed now, the others with the outputs. */
    RunOutputs owning(Map<String, ? extends OnnxValue> inputs) {
        PartOutputs.close(inputs.values(), values.values());
        return with(inputs.values().stream().filter(values::containsValue).toList());
    }

    /** These outputs, of which some more are to be closed. */
    RunOutputs with(List<? extends OnnxValue> more) {
        List<OnnxValue> owned = new ArrayList<>(board.owned());
        owned.addAll(more);
        return new RunOutputs(new BoardOutputs(values, owned));
    }

    /**
     * The outputs.
     *
     * @return by name, in the order of the model
     */
    public Map<String, OnnxValue> values() {
        return values;
    }

    /**
     * An output that is a tensor.
     *
     * @param name its name
     * @return the tensor
     * @throws IllegalArgumentException if the model has no such output, or it is no tensor
     */
    public OnnxTensor tensor(String name) {
        if (values.get(name) instanceof OnnxTensor tensor) {
            return tensor;
        }
        throw new IllegalArgumentException("no output '" + name + "' that is a tensor, only " + values);
    }

    @Override
    public void close() {
        board.close();
    }
}
