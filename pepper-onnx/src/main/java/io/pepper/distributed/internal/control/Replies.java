package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.proto.ChunkStored;
import io.pepper.distributed.internal.proto.Done;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.Fetched;
import io.pepper.distributed.internal.proto.Refusal;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.distributed.internal.proto.TaskStatus;

/** The answers to messages, with the version of the messages. Stateless and therefore thread-safe. */
final class Replies {
    private Replies() {}

    private static Envelope.Builder envelope() {
        return Envelope.newBuilder().setWire(Wire.VERSION);
    }

    static Envelope refusal(String reason, boolean temporary) {
        return refusal(
                Refusal.newBuilder().setReason(reason).setTransient(temporary).build());
    }

    static Envelope refusal(Refusal refusal) {
        return envelope().setRefusal(refusal).build();
    }

    static Envelope state(Signed state) {
        return envelope().setState(state).build();
    }

    static Envelope stored(String sha256, long bytes) {
        return envelope()
                .setChunkStored(ChunkStored.newBuilder().setSha256(sha256).setStoredBytes(bytes))
                .build();
    }

    static Envelope piece(long totalBytes, ByteString content) {
        return envelope()
                .setFetched(Fetched.newBuilder().setTotalBytes(totalBytes).setContent(content))
                .build();
    }

    static Envelope done(Done done) {
        return envelope().setDone(done).build();
    }

    static Envelope task(TaskStatus status) {
        return envelope().setTaskStatus(status).build();
    }
}
