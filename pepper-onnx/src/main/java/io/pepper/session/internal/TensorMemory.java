package io.pepper.session.internal;

import ai.onnxruntime.OnnxTensor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of tensors. ONNX Runtime's Java interface has a method for it, which all of its own copies use, but does not
 * publish it. In a version without this method, callers copy.
 */
public final class TensorMemory {
    private static final Logger LOG = LoggerFactory.getLogger(TensorMemory.class);
    private static final Optional<MethodHandle> METHOD = method();
    private static final Optional<MethodHandle> BUFFER = buffer();

    private TensorMemory() {}

    private static Optional<MethodHandle> method() {
        try {
            return Optional.of(MethodHandles.privateLookupIn(OnnxTensor.class, MethodHandles.lookup())
                    .findVirtual(OnnxTensor.class, "getBuffer", MethodType.methodType(ByteBuffer.class)));
        } catch (ReflectiveOperationException none) {
            LOG.debug("this version of ONNX Runtime copies tensors", none);
            return Optional.empty();
        }
    }

    /** Asks for the buffer itself: ONNX Runtime 1.28 throws where a tensor has none, and exceptions take long. */
    private static Optional<MethodHandle> buffer() {
        try {
            return Optional.of(MethodHandles.privateLookupIn(OnnxTensor.class, MethodHandles.lookup())
                    .findGetter(OnnxTensor.class, "buffer", Buffer.class));
        } catch (ReflectiveOperationException none) {
            LOG.debug("this version of ONNX Runtime has another field for the buffer of a tensor", none);
            return Optional.empty();
        }
    }

    /**
     * Returns the memory of a tensor, without a copy.
     *
     * @param tensor a tensor of numbers, open; it must stay open as long as the memory is read
     * @return the elements in this machine's order, not to be written to; empty if they cannot be had
     */
    public static Optional<ByteBuffer> of(OnnxTensor tensor) {
        if (METHOD.isEmpty() || tensor.getInfo().getNumElements() == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(((ByteBuffer) METHOD.get().invokeExact(tensor)).order(ByteOrder.nativeOrder()));
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable checked) {
            throw new IllegalStateException("ONNX Runtime gives no memory: " + checked.getMessage(), checked);
        }
    }

    /**
     * Returns the direct buffer that holds the elements of a tensor: as long as it is reachable, so is the memory, even if
     * the tensor is closed.
     *
     * @param tensor the tensor
     * @return the buffer; empty if the memory is ONNX Runtime's own
     */
    public static Optional<Buffer> owner(OnnxTensor tensor) {
        Optional<Buffer> buffer;
        try {
            buffer = BUFFER.isPresent()
                    ? Optional.ofNullable((Buffer) BUFFER.get().invokeExact(tensor))
                    : tensor.getBufferRef();
        } catch (NullPointerException none) { // ONNX Runtime 1.28 throws it for a tensor in its own memory.
            return Optional.empty();
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable checked) {
            throw new IllegalStateException("ONNX Runtime gives no buffer: " + checked.getMessage(), checked);
        }
        return buffer.filter(Buffer::isDirect);
    }
}
