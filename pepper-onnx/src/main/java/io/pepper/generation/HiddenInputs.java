package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.model.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** The inputs of a text generator that a stage makes itself. Thread-safe. */
final class HiddenInputs {
    private final DecoderRoles roles;

    /** The bytes of tensors of which the shape alone is read. It grows, and its content does not matter. */
    private ByteBuffer unread = ByteBuffer.allocateDirect(0);

    HiddenInputs(DecoderRoles roles) {
        this.roles = roles;
    }

    /** Returns a tensor with the shape of a cache that another part has, for a part that reads the shape alone. */
    OnnxTensor shapeOf(String cache, Step step) throws OrtException, IOException {
        OnnxJavaType type = FilledTensor.type(info(cache));
        long[] shape = roles.cacheShape(cache, step.past());
        ByteBuffer content = unread(Math.toIntExact(CacheTensor.bytes(type, shape)));
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), content, shape, type);
    }

    private synchronized ByteBuffer unread(int bytes) {
        if (unread.capacity() < bytes) {
            unread = ByteBuffer.allocateDirect(Math.max(bytes, unread.capacity() * 2));
        }
        return unread.slice(0, bytes).order(ByteOrder.nativeOrder());
    }

    /** Returns a cache before the first token. */
    OnnxTensor empty(String cache) throws OrtException, IOException {
        return CacheTensor.zeros(FilledTensor.type(info(cache)), roles.cacheShape(cache, 0))
                .tensor();
    }

    /** Returns a mask, positions, types of tokens, or a length. */
    OnnxTensor of(String input, Step step) throws OrtException, IOException {
        return Objects.requireNonNull(roles.hidden().get(input)).tensor(step);
    }

    private TensorInfo info(String input) {
        return Objects.requireNonNull(roles.inputs().get(input));
    }
}
