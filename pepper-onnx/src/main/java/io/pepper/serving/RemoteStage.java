package io.pepper.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.serving.internal.InferAnswer;
import io.pepper.serving.internal.InferCall;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorBytes;
import io.pepper.serving.internal.TensorHeader;
import io.pepper.serving.internal.TensorSpec;
import io.pepper.serving.internal.Transport;
import io.pepper.serving.internal.WireTensor;
import io.pepper.session.Cancellation;
import io.pepper.session.Stage;
import io.pepper.session.StageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A part on an inference server. Thread-safe. */
final class RemoteStage implements Stage {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long MAX_PAUSE_MILLIS = 2000;

    private final String name;
    private final Endpoint endpoint;
    private final Transport transport;
    private final RemoteOptions options;
    private final Map<String, TensorSpec> inputs;
    private final Map<String, TensorSpec> outputs;

    RemoteStage(
            String name,
            Endpoint endpoint,
            Transport transport,
            RemoteOptions options,
            Map<String, TensorSpec> inputs,
            Map<String, TensorSpec> outputs) {
        this.name = name;
        this.endpoint = endpoint;
        this.transport = transport;
        this.options = options;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> inputs() {
        return List.copyOf(inputs.keySet());
    }

    @Override
    public List<String> outputs() {
        return List.copyOf(outputs.keySet());
    }

    @Override
    public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> feed, Cancellation cancellation) throws IOException {
        long end = System.nanoTime() + options.timeout().toNanos();
        InferCall call = call(feed);
        CountDownLatch cancelled = new CountDownLatch(1);
        Cancellation.Registration watching = cancellation.onRequest(cancelled::countDown);
        try {
            for (int attempt = 0; ; attempt++) {
                try {
                    return tensors(attempt(call, end, cancellation));
                } catch (ServingException failed) {
                    boolean again = failed.mayRetry() && attempt < options.retries() && !cancellation.isRequested();
                    if (!again || !pause(attempt, end, cancelled)) {
                        throw failure(failed, cancellation);
                    }
                }
            }
        } finally {
            watching.close();
        }
    }

    private InferCall call(Map<String, OnnxTensorLike> feed) throws IOException {
        List<WireTensor> tensors = new ArrayList<>();
        for (Map.Entry<String, OnnxTensorLike> input : feed.entrySet()) {
            if (!(input.getValue() instanceof OnnxTensor tensor)) {
                throw new StageException(
                        StageException.Kind.FAILED,
                        name,
                        "input '" + input.getKey() + "' is sparse, which the Open Inference Protocol cannot carry",
                        null);
            }
            tensors.add(TensorBytes.of(input.getKey(), tensor));
        }
        return new InferCall(endpoint.model(), endpoint.version().orElse(""), "", Optional.empty(), tensors, outputs());
    }

    private InferAnswer attempt(InferCall call, long end, Cancellation cancellation) throws IOException {
        Duration left = Duration.ofNanos(end - System.nanoTime());
        if (left.isNegative() || left.isZero()) {
            throw new ServingException(ServingException.Reason.TIMED_OUT, "the time of the request is over", null);
        }
        Transport.Exchange exchange = transport.infer(call, left);
        Cancellation.Registration watching = cancellation.onRequest(exchange::cancel);
        try {
            return exchange.await();
        } finally {
            watching.close();
        }
    }

    /** Waits before another attempt; returns whether there is time for one. */
    private static boolean pause(int attempt, long end, CountDownLatch cancelled) throws IOException {
        long millis = Math.min(MAX_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt, Byte.SIZE));
        if (TimeUnit.MILLISECONDS.toNanos(millis) >= end - System.nanoTime()) {
            return false;
        }
        try {
            return !cancelled.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            InterruptedIOException stopped = new InterruptedIOException("the request was interrupted");
            stopped.initCause(interrupted);
            throw stopped;
        }
    }

    private StageException failure(ServingException failed, Cancellation cancellation) {
        if (cancellation.isRequested()) {
            return new StageException(StageException.Kind.CANCELLED, name, "the request was cancelled", failed);
        }
        boolean late = failed.reason() == ServingException.Reason.TIMED_OUT;
        return new StageException(
                late ? StageException.Kind.TIMED_OUT : StageException.Kind.FAILED, name, failed.what(), failed);
    }

    /** Returns the tensors of an answer that has exactly the part's outputs. */
    private Map<String, OnnxValue> tensors(InferAnswer answer) throws IOException {
        checkOutputs(answer);
        Map<String, OnnxValue> made = new LinkedHashMap<>();
        try {
            for (WireTensor output : answer.outputs()) {
                made.put(output.header().name(), TensorBytes.tensor(name, output));
            }
            return made;
        } catch (IOException | RuntimeException failed) {
            PartOutputs.close(made.values());
            throw failed;
        }
    }

    private void checkOutputs(InferAnswer answer) throws StageException {
        Map<String, TensorSpec> missing = new LinkedHashMap<>(outputs);
        for (WireTensor output : answer.outputs()) {
            TensorHeader header = output.header();
            TensorSpec expected = missing.remove(header.name());
            if (expected == null) {
                String fault = outputs.containsKey(header.name()) ? "' twice" : "', which is none of its outputs";
                throw wrong("gives '" + header.name() + fault);
            }
            if (!expected.fits(header)) {
                throw wrong("gives '" + header.name() + "' as " + header + " instead of " + expected);
            }
        }
        if (!missing.isEmpty()) {
            throw wrong("does not give its outputs " + missing.keySet());
        }
    }

    private StageException wrong(String what) {
        return new StageException(StageException.Kind.FAILED, name, "the server " + what, null);
    }

    @Override
    public void close() {
        transport.close();
    }
}
