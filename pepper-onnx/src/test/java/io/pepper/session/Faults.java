package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.export.PartitionManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A stage around another one that can go wrong in every way, and counts what is open. */
public final class Faults implements Stage {
    /** What goes wrong, or not, before the real stage is asked. */
    public interface Fault {
        void strike(int call, Cancellation cancellation) throws IOException;
    }

    public static final Fault NONE = (call, cancellation) -> {};

    private final Stage real;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Fault fault = NONE;
    private volatile Consumer<Map<String, OnnxTensorLike>> listener = inputs -> {};
    private volatile boolean closed;

    public Faults(Stage real) {
        this.real = real;
    }

    /** The parts of a directory, each wrapped. */
    public static List<Faults> open(Path directory, SessionOptions options) throws IOException {
        PartitionManifest manifest = PartitionManifest.read(directory);
        List<Faults> stages = new ArrayList<>();
        for (Stage stage : StageOpener.open(directory, manifest, options)) {
            stages.add(new Faults(stage));
        }
        return stages;
    }

    public Faults set(Fault what) {
        fault = what;
        return this;
    }

    /** Sees the inputs of each call, before anything goes wrong. */
    public Faults listen(Consumer<Map<String, OnnxTensorLike>> inputs) {
        listener = inputs;
        return this;
    }

    public int calls() {
        return calls.get();
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public List<String> inputs() {
        return real.inputs();
    }

    @Override
    public List<String> outputs() {
        return real.outputs();
    }

    @Override
    public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation)
            throws IOException {
        listener.accept(inputs);
        fault.strike(calls.getAndIncrement(), cancellation);
        return real.run(inputs, cancellation);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        real.close();
    }

    /** A stage as if elsewhere: its tensors travel as messages, there and back. */
    public static Stage elsewhere(Stage real) {
        return new Stage() {
            @Override
            public String name() {
                return real.name();
            }

            @Override
            public List<String> inputs() {
                return real.inputs();
            }

            @Override
            public List<String> outputs() {
                return real.outputs();
            }

            @Override
            public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation)
                    throws IOException {
                Map<String, OnnxTensorLike> arrived = new LinkedHashMap<>();
                Map<String, OnnxValue> back = new LinkedHashMap<>();
                try {
                    for (Map.Entry<String, OnnxTensorLike> input : inputs.entrySet()) {
                        byte[] message = TensorMessages.write(input.getKey(), (OnnxTensor) input.getValue());
                        Map.Entry<String, OnnxTensor> read = TensorMessages.read("message", message);
                        arrived.put(read.getKey(), read.getValue());
                    }
                    Map<String, OnnxValue> made = real.run(arrived, cancellation);
                    try {
                        for (Map.Entry<String, OnnxValue> output : made.entrySet()) {
                            byte[] message = TensorMessages.write(output.getKey(), (OnnxTensor) output.getValue());
                            back.put(
                                    output.getKey(),
                                    TensorMessages.read("message", message).getValue());
                        }
                    } finally {
                        made.values().forEach(OnnxValue::close);
                    }
                    return back;
                } finally {
                    arrived.values().forEach(OnnxTensorLike::close);
                }
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }
}
