package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;

/** The rules of reactive streams, as their own kit checks them, for streams of requests through a pipeline. */
class OutcomeStreamRulesTest {
    private static final TestModel MODEL = Topologies.get("residual");
    private static final long TIMEOUT_MILLIS = 10_000;
    private static final long SILENCE_MILLIS = 100;

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> rules() throws Exception {
        Deployed.parts(MODEL, 3, Files.createDirectories(directory.resolve("parts")));
        return Arrays.stream(FlowPublisherVerification.class.getMethods())
                .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
                .sorted(Comparator.comparing(Method::getName))
                .map(method -> DynamicTest.dynamicTest(
                        method.getName(), () -> thePublisherFollowsTheRulesOfReactiveStreams(method)));
    }

    private void thePublisherFollowsTheRulesOfReactiveStreams(Method rule) throws Throwable {
        try (PipelineSession session = PipelineSession.open(directory.resolve("parts"))) {
            Kit kit = new Kit(session);
            kit.setUp();
            rule.invoke(kit);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof SkipException)) {
                throw e.getCause();
            }
            assertThat(rule.getName())
                    .as(
                            "only what is optional or cannot be tested may be skipped: %s",
                            e.getCause().getMessage())
                    .doesNotStartWith("required_");
            Assumptions.abort(e.getCause().getMessage());
        }
    }

    /** Asks a session. */
    private static final class Kit extends FlowPublisherVerification<ModelSession.Outcome> {
        private final PipelineSession session;

        Kit(PipelineSession session) {
            super(new TestEnvironment(TIMEOUT_MILLIS, SILENCE_MILLIS));
            this.session = session;
        }

        @Override
        public Flow.Publisher<ModelSession.Outcome> createFlowPublisher(long elements) {
            return session.process(new Requests(elements));
        }

        @Override
        public Flow.Publisher<ModelSession.Outcome> createFailedFlowPublisher() {
            return session.process(subscriber -> {
                subscriber.onSubscribe(new Flow.Subscription() {
                    @Override
                    public void request(long count) {
                        // There is nothing to come.
                    }

                    @Override
                    public void cancel() {
                        // There is nothing to end.
                    }
                });
                subscriber.onError(new IOException("injected"));
            });
        }
    }

    /** So many requests. */
    private record Requests(long count) implements Flow.Publisher<Map<String, OnnxTensor>> {
        @Override
        public void subscribe(Flow.Subscriber<? super Map<String, OnnxTensor>> subscriber) {
            subscriber.onSubscribe(new Flow.Subscription() {
                private long left = count;
                private long wanted;
                private boolean giving;
                private boolean over;

                @Override
                public void request(long more) {
                    synchronized (this) {
                        wanted += more;
                        if (giving) {
                            return;
                        }
                        giving = true;
                    }
                    give();
                }

                private void give() {
                    while (true) {
                        synchronized (this) {
                            if (over || left == 0 || wanted == 0) {
                                giving = false;
                                break;
                            }
                            left--;
                            wanted--;
                        }
                        subscriber.onNext(inputs());
                    }
                    boolean complete;
                    synchronized (this) {
                        complete = left == 0 && !over;
                        over |= complete;
                    }
                    if (complete) {
                        subscriber.onComplete();
                    }
                }

                @Override
                public synchronized void cancel() {
                    over = true;
                }
            });
        }

        private static Map<String, OnnxTensor> inputs() {
            try {
                return Deployed.inputs(MODEL, 1);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
