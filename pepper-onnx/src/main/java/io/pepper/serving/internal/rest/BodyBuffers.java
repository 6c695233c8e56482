package io.pepper.serving.internal.rest;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Flow;

/** A body to send, piece by piece, without a copy. */
final class BodyBuffers {
    private static final int PIECE = 1 << 18;

    private BodyBuffers() {}

    static BodyPublisher publisher(MessageWriter.Body body) {
        return BodyPublishers.fromPublisher(
                subscriber -> subscriber.onSubscribe(new Pieces(subscriber, body)), body.length());
    }

    private static List<ByteBuffer> pieces(MessageWriter.Body body) {
        List<ByteBuffer> pieces = new ArrayList<>();
        pieces.add(body.json().asReadOnlyBuffer());
        for (ByteBuffer tensor : body.binary()) {
            for (int at = tensor.position(); at < tensor.limit(); at += PIECE) {
                pieces.add(
                        tensor.slice(at, Math.min(PIECE, tensor.limit() - at)).asReadOnlyBuffer());
            }
        }
        return pieces;
    }

    /** A subscription that delivers the pieces on the subscriber's thread. */
    private static final class Pieces implements Flow.Subscription {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private final Iterator<ByteBuffer> rest;
        private long demand;
        private boolean delivering;
        private boolean ended;

        Pieces(Flow.Subscriber<? super ByteBuffer> subscriber, MessageWriter.Body body) {
            this.subscriber = subscriber;
            this.rest = pieces(body).iterator();
        }

        @Override
        public void request(long more) {
            synchronized (this) {
                demand = demand + more < 0 ? Long.MAX_VALUE : demand + more;
                if (delivering) {
                    return; // The thread that delivers sees the demand.
                }
                delivering = true;
            }
            while (wants()) {
                subscriber.onNext(rest.next());
                if (!rest.hasNext()) {
                    end();
                    subscriber.onComplete();
                }
            }
        }

        private synchronized boolean wants() {
            delivering = !ended && demand > 0;
            demand -= delivering ? 1 : 0;
            return delivering;
        }

        private synchronized void end() {
            ended = true;
        }

        @Override
        public void cancel() {
            end();
        }
    }
}
