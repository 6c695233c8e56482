package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.onnx.internal.session.StoredOutputs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The outputs of a request. Closing them releases their tensors, except inputs of the caller that pass through. Memory
 * may be used again after that, also memory behind {@link OnnxTensor#getBufferRef}. Not thread-safe.
 */
public final class RunOutputs implements AutoCloseable {
    private final Map<String, OnnxValue> values;
    private final StoredOutputs board;
    private final Runnable after;
    private boolean closed;

    RunOutputs(StoredOutputs board) {
        this(board, () -> {});
    }

    private RunOutputs(StoredOutputs board, Runnable after) {
        this.board = board;
        this.after = after;
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(board.values()));
    }

    /** Returns outputs that are all owned. */
    static RunOutputs of(Map<String, OnnxValue> values) {
        return of(values, values.values());
    }

    /**
     * Creates the outputs of a request, for sessions outside of this package.
     *
     * @param values the outputs by name, in the order of the model
     * @param owned the values that closing the outputs closes: all but inputs that the caller keeps
     * @return the outputs
     */
    public static RunOutputs of(Map<String, OnnxValue> values, Collection<? extends OnnxValue> owned) {
        return of(values, owned, () -> {});
    }

    /**
     * Creates the outputs of a request whose memory is used again.
     *
     * @param values the outputs by name, in the order of the model
     * @param owned the values that closing the outputs closes: all but inputs that the caller keeps
     * @param after what follows the first closing
     * @return the outputs
     */
    public static RunOutputs of(Map<String, OnnxValue> values, Collection<? extends OnnxValue> owned, Runnable after) {
        return new RunOutputs(new StoredOutputs(values, List.copyOf(owned)), after);
    }

    /**
     * Returns these outputs after taking over the inputs. Inputs that are no output are closed now, the others with the
     * outputs.
     */
    RunOutputs owning(Map<String, ? extends OnnxValue> inputs) {
        PartOutputs.close(inputs.values(), values.values());
        return with(inputs.values().stream().filter(values::containsValue).toList());
    }

    /** Returns these outputs, with further values to close. */
    RunOutputs with(List<? extends OnnxValue> more) {
        List<OnnxValue> owned = new ArrayList<>(board.owned());
        owned.addAll(more);
        return new RunOutputs(new StoredOutputs(values, owned), after);
    }

    /**
     * Returns the outputs by name.
     *
     * @return values by name, in the order of the model
     */
    public Map<String, OnnxValue> values() {
        return values;
    }

    /**
     * Returns a tensor output.
     *
     * @param name the name of the output
     * @return the tensor
     * @throws IllegalArgumentException if the model has no such output, or the output is no tensor
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
        if (!closed) {
            closed = true;
            after.run();
        }
    }
}
