package io.pepper.serving.internal;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.session.ModelSession;
import io.pepper.session.RunOutputs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A model that is served: its description, and the checks of its requests. Thread-safe. */
final class ServedModel {
    /** The only version of each model. */
    static final String VERSION = "1";

    private static final String PLATFORM = "onnx_onnxruntime";

    private final ModelSession session;
    private final ModelDescription description;
    private volatile boolean closed;

    ServedModel(String name, ModelSession session) {
        this.session = session;
        try {
            this.description = new ModelDescription(
                    name,
                    List.of(VERSION),
                    PLATFORM,
                    session.inputs().stream().map(TensorSpec::of).toList(),
                    session.outputs().stream().map(TensorSpec::of).toList());
        } catch (IllegalArgumentException unfit) {
            throw new IllegalArgumentException("model '" + name + "': " + unfit.getMessage(), unfit);
        }
    }

    ModelDescription description() {
        return description;
    }

    /** Returns whether no run has found the session closed. */
    boolean isReady() {
        return !closed;
    }

    /** Runs the model, and passes the answer on while its values are in memory. */
    void run(InferCall call, CallWatch watch, AnswerWriter writer) throws IOException {
        checkInputs(call);
        List<String> wanted = wanted(call);
        Map<String, OnnxTensor> tensors = tensors(call);
        try (RunOutputs outputs = new RunningCall(description.name(), session, watch).run(tensors)) {
            List<WireTensor> written = new ArrayList<>();
            for (String name : wanted) {
                written.add(TensorBytes.of(name, outputs.tensor(name)));
            }
            writer.write(new InferAnswer(description.name(), VERSION, call.id(), written));
        } catch (ServingException failed) {
            closed |= failed.getCause() instanceof IllegalStateException;
            throw failed;
        }
    }

    private void checkInputs(InferCall call) throws ServingException {
        Map<String, TensorHeader> given = new LinkedHashMap<>();
        for (WireTensor tensor : call.inputs()) {
            if (given.put(tensor.header().name(), tensor.header()) != null) {
                throw fault("input '" + tensor.header().name() + "' is given twice");
            }
        }
        for (TensorSpec expected : description.inputs()) {
            TensorHeader found = given.remove(expected.name());
            if (found == null) {
                throw fault("input '" + expected.name() + "' is missing: " + expected + " is expected");
            }
            if (!expected.fits(found)) {
                throw fault("input '" + expected.name() + "': " + expected + " is expected, found " + found);
            }
        }
        if (!given.isEmpty()) {
            throw fault("there is no input '" + given.keySet().iterator().next() + "', only "
                    + names(description.inputs()));
        }
    }

    private List<String> wanted(InferCall call) throws ServingException {
        Set<String> known = names(description.outputs());
        Set<String> wanted = new LinkedHashSet<>(call.outputs());
        if (wanted.size() < call.outputs().size()) {
            throw fault("an output is asked for twice: " + call.outputs());
        }
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw fault("there is no output '" + name + "', only " + known);
            }
        }
        return List.copyOf(wanted.isEmpty() ? known : wanted);
    }

    private static Set<String> names(List<TensorSpec> tensors) {
        Set<String> names = new LinkedHashSet<>();
        tensors.forEach(tensor -> names.add(tensor.name()));
        return names;
    }

    private ServingException fault(String what) {
        return ServingException.invalid("model '" + description.name() + "': " + what);
    }

    private Map<String, OnnxTensor> tensors(InferCall call) throws IOException {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try {
            for (WireTensor input : call.inputs()) {
                tensors.put(input.header().name(), TensorBytes.tensor("model '" + description.name() + "'", input));
            }
            return tensors;
        } catch (IOException | RuntimeException failed) {
            PartOutputs.close(List.<OnnxValue>copyOf(tensors.values()));
            throw failed;
        }
    }

    /** The receiver of an answer. */
    @FunctionalInterface
    interface AnswerWriter {
        /** Writes the answer before the return. */
        void write(InferAnswer answer) throws IOException;
    }
}
