package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.session.ModelSession;
import io.pepper.session.RunOutputs;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The way of a step through the stages, from tokens to logits. Thread-safe. */
final class StepRunner {
    private final DecoderRoles roles;
    private final ModelSession session;
    private final SequenceStore store;

    /** Creates a runner over a session, which the caller closes. */
    StepRunner(DecoderRoles roles, ModelSession session, SequenceStore store) {
        this.roles = roles;
        this.session = session;
        this.store = store;
    }

    /**
     * Runs a step.
     *
     * @return the logits of the last token, or of all of them
     */
    float[] run(Step step, long... tokens) throws IOException {
        List<Long> dropped = store.released();
        Step told = new Step(step.sequence(), step.parent(), step.past(), step.count(), step.all(), dropped);
        try (OnnxTensor command = told.tensor();
                OnnxTensor words = tokens(tokens);
                RunOutputs outputs = session.run(inputs(told, command, words))) {
            store.told(dropped);
            return floats(outputs.tensor(roles.logits().name()));
        } catch (OrtException failed) {
            throw new IOException(String.valueOf(failed.getMessage()), failed);
        }
    }

    private Map<String, OnnxTensor> inputs(Step step, OnnxTensor command, OnnxTensor words)
            throws OrtException, IOException {
        Map<String, OnnxTensor> inputs = new HashMap<>(store.sent(step));
        inputs.put(roles.tokens().name(), words);
        inputs.put(Step.TENSOR, command);
        return inputs;
    }

    private OnnxTensor tokens(long... tokens) throws OrtException, IOException {
        return FilledTensor.of(roles.tokens(), at -> tokens[at], roles.tokenShape(tokens.length));
    }

    private float[] floats(OnnxTensor tensor) throws IOException {
        if (tensor.getInfo().type == OnnxJavaType.DOUBLE) {
            DoubleBuffer wide = tensor.getDoubleBuffer();
            float[] narrow = new float[wide.remaining()];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = (float) wide.get(i);
            }
            return narrow;
        }
        FloatBuffer buffer = tensor.getFloatBuffer(); // Of 16 bits, too.
        if (buffer == null) {
            throw new IOException("'" + roles.logits() + "' has no floating point numbers");
        }
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }
}
