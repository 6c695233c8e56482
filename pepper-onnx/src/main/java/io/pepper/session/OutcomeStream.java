package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.onnx.internal.session.PartOutputs;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A stream of requests with one outcome each, in order. It requests no more elements from upstream than downstream has
 * requested and the session may have in flight, so that nothing accumulates. Signals to the subscriber never overlap
 * (rule 1.3 of Reactive Streams): they wait in a queue, and one thread at a time delivers them. A lock guards the state.
 */
final class OutcomeStream implements Flow.Publisher<ModelSession.Outcome> {
    private final ModelSession session;
    private final Flow.Publisher<? extends Map<String, ? extends OnnxTensorLike>> requests;
    private final int maxUnderWay;
    private boolean taken;

    OutcomeStream(
            ModelSession session,
            Flow.Publisher<? extends Map<String, ? extends OnnxTensorLike>> requests,
            int maxUnderWay) {
        if (maxUnderWay < 1) {
            throw new IllegalArgumentException("maxUnderWay " + maxUnderWay + " is out of range");
        }
        this.session = session;
        this.maxUnderWay = maxUnderWay;
        this.requests = Objects.requireNonNull(requests);
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ModelSession.Outcome> subscriber) {
        Objects.requireNonNull(subscriber);
        synchronized (this) {
            if (taken) {
                subscriber.onSubscribe(new Refused());
                subscriber.onError(new IllegalStateException("outcomes have one subscriber"));
                return;
            }
            taken = true;
        }
        requests.subscribe(new Link(session, maxUnderWay, subscriber));
    }

    private static final class Refused implements Flow.Subscription {
        @Override
        public void request(long count) {
            // There are no elements.
        }

        @Override
        public void cancel() {
            // There is nothing to cancel.
        }
    }

    private static final class Link
            implements Flow.Subscriber<Map<String, ? extends OnnxTensorLike>>, Flow.Subscription {
        private final ModelSession session;
        private final int maxUnderWay;
        private final Flow.Subscriber<? super ModelSession.Outcome> subscriber;
        private final Map<Long, CompletableFuture<RunOutputs>> underWay = new HashMap<>();
        private final Deque<Runnable> signals = new ArrayDeque<>();
        private boolean signalling;
        private Flow.@Nullable Subscription upstream;
        private long demand;
        private long asked;
        private long nextIndex;
        private boolean complete;
        private boolean over;
        private @Nullable Throwable failure;

        Link(ModelSession session, int maxUnderWay, Flow.Subscriber<? super ModelSession.Outcome> subscriber) {
            this.session = session;
            this.maxUnderWay = maxUnderWay;
            this.subscriber = subscriber;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            synchronized (this) {
                if (upstream != null) {
                    subscription.cancel();
                    return;
                }
                upstream = subscription;
            }
            signal(() -> subscriber.onSubscribe(this));
        }

        /** Delivers a signal after those before it; on another thread, if that is delivering one. */
        private void signal(Runnable added) {
            synchronized (this) {
                signals.add(added);
                if (signalling) {
                    return;
                }
                signalling = true;
            }
            boolean delivered = false;
            try {
                for (Runnable next = next(); next != null; next = next()) {
                    next.run();
                }
                delivered = true;
            } finally {
                if (!delivered) {
                    stopSignalling();
                }
            }
        }

        private synchronized @Nullable Runnable next() {
            Runnable next = signals.poll();
            signalling = next != null;
            return next;
        }

        private synchronized void stopSignalling() {
            signalling = false;
        }

        @Override
        public void request(long count) {
            if (count < 1) {
                end(new IllegalArgumentException("request of " + count + " outcomes"));
                return;
            }
            synchronized (this) {
                demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
            }
            pull();
        }

        /** Requests as many elements from upstream as downstream has requested, within the window. */
        private void pull() {
            long more;
            Flow.Subscription source;
            synchronized (this) {
                long window = Math.min(demand, maxUnderWay) - asked;
                more = over || complete ? 0 : Math.max(0, window);
                asked += more;
                source = upstream;
            }
            if (more > 0 && source != null) {
                source.request(more);
            }
        }

        @Override
        public void onNext(Map<String, ? extends OnnxTensorLike> inputs) {
            long index;
            synchronized (this) {
                if (over) {
                    PartOutputs.close(inputs.values());
                    return;
                }
                index = nextIndex++;
            }
            CompletableFuture<RunOutputs> future;
            try {
                future = session.submit(inputs);
            } catch (IOException | RuntimeException | Error refused) {
                PartOutputs.close(inputs.values());
                end(refused);
                return;
            }
            synchronized (this) {
                underWay.put(index, future);
            }
            Futures.whenDone(future, (outputs, failed) -> signal(() -> emit(index, outputs, failed)));
        }

        private void emit(long index, @Nullable RunOutputs outputs, @Nullable Throwable failed) {
            synchronized (this) {
                underWay.remove(index);
                asked--;
                demand -= demand == Long.MAX_VALUE ? 0 : 1;
                if (over) {
                    if (outputs != null) {
                        outputs.close();
                    }
                    return;
                }
            }
            subscriber.onNext(
                    new ModelSession.Outcome(index, Optional.ofNullable(outputs), Optional.ofNullable(failed)));
            pull();
            finishIfDone();
        }

        private void finishIfDone() {
            Throwable why;
            synchronized (this) {
                if (over || !complete || !underWay.isEmpty()) {
                    return;
                }
                over = true;
                why = failure;
            }
            if (why == null) {
                subscriber.onComplete();
            } else {
                subscriber.onError(why);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            synchronized (this) {
                failure = thrown;
                complete = true;
            }
            signal(this::finishIfDone);
        }

        @Override
        public void onComplete() {
            synchronized (this) {
                complete = true;
            }
            signal(this::finishIfDone);
        }

        /** Ends at once, because no further elements can come. */
        private void end(Throwable why) {
            boolean first;
            synchronized (this) {
                first = !over;
                over = true;
            }
            cancel();
            if (first) {
                signal(() -> subscriber.onError(why));
            }
        }

        @Override
        public void cancel() {
            Map<Long, CompletableFuture<RunOutputs>> rest;
            Flow.Subscription source;
            synchronized (this) {
                over = true;
                rest = new HashMap<>(underWay);
                source = upstream;
            }
            if (source != null) {
                source.cancel();
            }
            rest.values().forEach(future -> future.cancel(true));
        }
    }
}
