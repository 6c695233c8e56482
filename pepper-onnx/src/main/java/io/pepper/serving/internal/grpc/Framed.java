package io.pepper.serving.internal.grpc;

import com.google.protobuf.MessageLite;
import io.pepper.serving.internal.ServingException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A message whose raw tensors are apart from it.
 *
 * @param message the message without its raw contents
 * @param raw the raw contents, each a direct buffer
 * @param fault the reason why the message cannot be read; then the others are empty
 */
record Framed<M extends MessageLite>(M message, List<ByteBuffer> raw, Optional<ServingException> fault) {
    Framed {
        raw = List.copyOf(raw);
    }

    static <M extends MessageLite> Framed<M> of(M message, List<ByteBuffer> raw) {
        return new Framed<>(message, raw, Optional.empty());
    }

    /** Returns this message if it can be read. */
    Framed<M> readable() throws ServingException {
        if (fault.isPresent()) {
            throw fault.get();
        }
        return this;
    }
}
