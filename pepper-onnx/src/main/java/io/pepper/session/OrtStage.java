package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.session.internal.Uses;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A part in this process. After a cancellation, it stops after the running operator. */
final class OrtStage implements Stage {
    private final String name;
    private final OrtSession session;
    private final List<String> inputs;
    private final List<String> outputs;
    private final Set<String> wanted;
    private final Uses uses = new Uses();

    OrtStage(PartitionManifest.Part part, OrtSession session) {
        this.name = part.file();
        this.session = session;
        this.inputs = part.inputs().stream().map(TensorInfo::name).toList();
        this.outputs = part.outputs().stream().map(TensorInfo::name).toList();
        this.wanted = new LinkedHashSet<>(outputs);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> inputs() {
        return inputs;
    }

    @Override
    public List<String> outputs() {
        return outputs;
    }

    @Override
    public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> feed, Cancellation cancellation) throws IOException {
        return runInto(feed, Map.of(), cancellation);
    }

    @Override
    public Map<String, OnnxValue> runInto(
            Map<String, OnnxTensorLike> feed, Map<String, OnnxTensor> targets, Cancellation cancellation)
            throws IOException {
        if (!uses.enter()) {
            throw new StageException(StageException.Kind.CLOSED, name, "the session is closed", null);
        }
        try (RunOptions options = new RunOptions()) {
            Cancellation.Registration terminating = cancellation.onRequest(() -> terminate(options));
            try {
                return Sessions.runInto(name, session, feed, new Sessions.Outputs(wanted, targets), options);
            } finally {
                terminating.close();
            }
        } catch (IllegalArgumentException closed) {
            throw StageException.of(name, closed);
        } catch (OrtException e) {
            throw new IOException(name + ": ONNX Runtime cannot run it: " + e.getMessage(), e);
        } finally {
            uses.exit();
        }
    }

    private static void terminate(RunOptions options) {
        try {
            options.setTerminate(true);
        } catch (OrtException refused) {
            throw new IllegalStateException("ONNX Runtime cannot end a run: " + refused.getMessage(), refused);
        }
    }

    /** Waits for active runs: closing a session during a run would crash the process. */
    @Override
    public void close() throws IOException {
        if (!uses.close()) {
            return;
        }
        try {
            session.close();
        } catch (OrtException e) {
            throw new IOException(name + ": " + e.getMessage(), e);
        }
    }
}
