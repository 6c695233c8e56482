package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Signals of a stream of outcomes never overlap, whichever threads they come from. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class OutcomeStreamOrderTest {
    private static final TestModel MODEL = Topologies.get("residual");

    /** How long a signal is given that must not come. */
    private static final long SILENCE_MILLIS = 200;

    @TempDir
    Path directory;

    private final List<String> signals = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Notes when each signal begins and ends. */
    private class Noting implements Flow.Subscriber<ModelSession.Outcome> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            signals.add("subscribing");
            subscription.request(2);
            duringSubscription();
            signals.add("subscribed");
        }

        @Override
        public void onNext(ModelSession.Outcome outcome) {
            signals.add("outcome " + outcome.index());
            outcome.outputs().ifPresent(RunOutputs::close);
            duringOutcome();
            signals.add("end of outcome " + outcome.index());
        }

        @Override
        public void onError(Throwable failure) {
            signals.add("error");
            ended.countDown();
        }

        @Override
        public void onComplete() {
            signals.add("complete");
            ended.countDown();
        }

        void duringSubscription() {}

        void duringOutcome() {}
    }

    /** Gives two requests when they are asked for, and completes when it is told to. */
    private static final class TwoRequests implements Flow.Publisher<Map<String, OnnxTensor>> {
        private final CountDownLatch given = new CountDownLatch(1);
        private Flow.Subscriber<? super Map<String, OnnxTensor>> subscriber;

        @Override
        public void subscribe(Flow.Subscriber<? super Map<String, OnnxTensor>> to) {
            subscriber = to;
            to.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long count) {
                    if (given.getCount() > 0) {
                        given.countDown();
                        to.onNext(inputs(1));
                        to.onNext(inputs(2));
                    }
                }

                @Override
                public void cancel() {
                    given.countDown();
                }
            });
        }

        private static Map<String, OnnxTensor> inputs(int seed) {
            try {
                return Deployed.inputs(MODEL, seed);
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(SILENCE_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void outcomesThatAreThereEarlyWaitForTheSubscription() throws Exception {
        Deployed.parts(MODEL, 3, directory);
        TwoRequests requests = new TwoRequests();
        try (PipelineSession session = PipelineSession.open(directory)) {
            session.process(requests).subscribe(new Noting() {
                @Override
                void duringSubscription() {
                    pause();
                }
            });
            requests.subscriber.onComplete();
            assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(signals)
                .containsExactly(
                        "subscribing",
                        "subscribed",
                        "outcome 0",
                        "end of outcome 0",
                        "outcome 1",
                        "end of outcome 1",
                        "complete");
    }

    @Test
    void theCompletionOfTheRequestsWaitsForTheLastOutcome() throws Exception {
        Deployed.parts(MODEL, 3, directory);
        TwoRequests requests = new TwoRequests();
        CountDownLatch last = new CountDownLatch(2);
        CountDownLatch completed = new CountDownLatch(1);
        try (PipelineSession session = PipelineSession.open(directory)) {
            Flow.Publisher<ModelSession.Outcome> outcomes = session.process(requests);
            Noting waiting = new Noting() {
                @Override
                void duringOutcome() {
                    last.countDown();
                    if (last.getCount() == 0) {
                        await(completed);
                    }
                }
            };
            // The thread that subscribes may have to deliver the outcomes, too.
            CompletableFuture<Void> subscribing = CompletableFuture.runAsync(() -> outcomes.subscribe(waiting));
            await(last);
            requests.subscriber.onComplete(); // On this thread, while the last outcome is still being received.
            completed.countDown();
            assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
            subscribing.join();
        }
        assertThat(signals).endsWith("outcome 1", "end of outcome 1", "complete");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
