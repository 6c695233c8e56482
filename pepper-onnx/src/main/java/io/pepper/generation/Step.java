package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * One step of a sequence, as every stage receives it: a tensor of whole numbers beside the tokens. A stage that is told
 * how many tokens come before the step can repeat a step, or begin again from an earlier token, without being asked to.
 *
 * @param sequence the number of the sequence, 0 or more
 * @param parent the sequence from which this one branches off in this step; empty if it exists already
 * @param past the number of tokens before this step
 * @param count the number of tokens of this step, 1 or more
 * @param all whether the logits of all its tokens are wanted, or those of the last one only
 * @param released sequences whose caches are no longer needed
 */
record Step(long sequence, OptionalLong parent, int past, int count, boolean all, List<Long> released) {
    /** The name of the tensor. */
    static final String TENSOR = "pepper.step";

    private static final int FIXED = 5;

    /** The bytes of a step that releases no sequence. */
    static final int BYTES = FIXED * Long.BYTES;

    private static final int MAX_RELEASED = 1 << 16;
    /** The most tokens of a sequence. */
    static final int MAX_TOKENS = 1 << 24;

    Step {
        released = List.copyOf(released);
    }

    /** Returns the step as a tensor, for the caller to close. */
    OnnxTensor tensor() throws OrtException {
        long[] values = new long[FIXED + released.size()];
        values[0] = sequence;
        values[1] = parent.orElse(-1);
        values[2] = past;
        values[3] = count;
        values[4] = all ? 1 : 0;
        for (int i = 0; i < released.size(); i++) {
            values[FIXED + i] = released.get(i);
        }
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), LongBuffer.wrap(values), new long[] {values.length});
    }

    /** Reads a step, which may come from another machine. */
    static Step of(OnnxTensorLike value) throws IOException {
        if (!(value instanceof OnnxTensor tensor) || tensor.getInfo().type != OnnxJavaType.INT64) {
            throw new IOException("'" + TENSOR + "' is no tensor of int64");
        }
        LongBuffer numbers = tensor.getLongBuffer();
        int size = numbers.remaining();
        if (size < FIXED || size > FIXED + MAX_RELEASED) {
            throw new IOException("'" + TENSOR + "' has " + size + " numbers, which no step has");
        }
        long sequence = numbers.get(0);
        long parent = numbers.get(1);
        long past = numbers.get(2);
        long count = numbers.get(3);
        if (sequence < 0 || parent < -1 || past < 0 || past > MAX_TOKENS || count < 1 || count > MAX_TOKENS) {
            throw new IOException("'" + TENSOR + "' is no step: sequence " + sequence + ", parent " + parent + ", past "
                    + past + ", count " + count);
        }
        List<Long> released = new ArrayList<>();
        for (int i = FIXED; i < size; i++) {
            released.add(numbers.get(i));
        }
        return new Step(
                sequence,
                parent < 0 ? OptionalLong.empty() : OptionalLong.of(parent),
                (int) past,
                (int) count,
                numbers.get(4) != 0,
                released);
    }
}
