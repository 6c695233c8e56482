package io.pepper.distributed.internal.control;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.distributed.internal.proto.Envelope;
import java.io.NotSerializableException;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** The only serialiser of this library's messages: protobuf, with a limit on the size. Stateless and therefore thread-safe. */
final class WireSerializer extends SerializerWithStringManifest {
    /** The largest message in bytes. A chunk of a file is a quarter of it. */
    static final int MAX_BYTES = 1 << 20;

    /** The largest frame: a message and what Artery adds. */
    static final int MAX_FRAME_BYTES = MAX_BYTES + (1 << 16);

    private static final int IDENTIFIER = 74_001;
    private static final String MANIFEST = "envelope";

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object message) {
        return MANIFEST;
    }

    @Override
    public byte[] toBinary(Object message) {
        if (!(message instanceof Wire wire)) {
            throw new IllegalArgumentException("no message of a cluster: " + message.getClass());
        }
        int bytes = wire.envelope().getSerializedSize();
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a message of " + bytes + " bytes; the limit is " + MAX_BYTES);
        }
        return wire.envelope().toByteArray();
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        if (!manifest.equals(MANIFEST) || bytes.length > MAX_BYTES) {
            throw new NotSerializableException("a message '" + manifest + "' of " + bytes.length + " bytes; only '"
                    + MANIFEST + "' of up to " + MAX_BYTES + " bytes is read");
        }
        try {
            return new Wire(Envelope.parseFrom(bytes));
        } catch (InvalidProtocolBufferException malformed) {
            NotSerializableException refused =
                    new NotSerializableException("a malformed message: " + malformed.getMessage());
            refused.initCause(malformed);
            throw refused;
        }
    }
}
