package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A cache after a step.
 *
 * @param tensor the output of the stage
 * @param room the memory of the caches into which the stage wrote it; empty if it is elsewhere
 * @param isRead whether others read the output, which then stays theirs
 */
record Present(OnnxTensor tensor, Optional<CacheTensor> room, boolean isRead) {
    /** Closes the tensor, unless others read it. */
    void discard() {
        if (room.isPresent()) {
            room.get().release();
        } else if (!isRead) {
            tensor.close();
        }
    }

    /** Returns what the tensor needs in the memory of the caches. */
    CacheMemory.Form form(OptionalInt axis) {
        return form(tensor, axis, 0);
    }

    /** Returns what a tensor needs after some more tokens. */
    static CacheMemory.Form form(OnnxTensor tensor, OptionalInt axis, int tokens) {
        long[] shape = tensor.getInfo().getShape();
        axis.ifPresent(at -> shape[at] += tokens);
        return new CacheMemory.Form(
                tensor.getInfo().type, axis, Arrays.stream(shape).boxed().toList());
    }

    /** Returns the cache to keep: the room, a copy in the given one, or the tensor itself. */
    CacheTensor kept(Optional<CacheTensor> other) throws OrtException {
        if (room.isPresent()) {
            return room.get().written();
        }
        if (other.isEmpty() && !isRead) {
            return new CacheTensor(tensor);
        }
        CacheTensor copy = other.isPresent()
                ? other.get()
                : CacheTensor.zeros(tensor.getInfo().type, tensor.getInfo().getShape());
        copy.fill(tensor);
        discard();
        return copy.written();
    }
}
