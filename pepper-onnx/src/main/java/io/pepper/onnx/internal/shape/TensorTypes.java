package io.pepper.onnx.internal.shape;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.pepper.onnx.Isolation;
import io.pepper.onnx.UnsupportedModelException;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The types and shapes of a model's tensors: those that the model states and, where asked for more, those that ONNX
 * Runtime infers. What was inferred is kept. Thread-safe.
 */
public final class TensorTypes {
    private static final Logger LOG = LoggerFactory.getLogger(TensorTypes.class);

    private final String source;
    private final ModelProto model;
    private final InferenceModel inference;
    private final Serializer serializer;
    private final Optional<Isolation> isolation;
    private final Map<String, ValueInfoProto> stated = new HashMap<>();
    private final Map<String, ValueInfoProto> inferred = new HashMap<>();
    private final Set<String> unknown = new LinkedHashSet<>();
    private @Nullable String failure;

    /** Turns a message into the bytes of a model, payloads included. */
    @FunctionalInterface
    public interface Serializer {
        /**
         * Makes the bytes.
         *
         * @param model the message
         * @return the bytes, or nothing if they would be too many to hold
         * @throws IOException if a payload cannot be read
         */
        Optional<byte[]> bytes(ModelProto model) throws IOException;
    }

    /**
     * Begins with what the model states.
     *
     * @param source what to call the model in messages
     * @param model the message
     * @param isLarge whether a tensor's payload is not part of the message
     * @param serializer makes the bytes that ONNX Runtime reads
     * @param isolation the limits of a child process in which ONNX Runtime opens the model; empty to open it in this one
     */
    public TensorTypes(
            String source,
            ModelProto model,
            Predicate<TensorProto> isLarge,
            Serializer serializer,
            Optional<Isolation> isolation) {
        this.source = source;
        this.model = model;
        this.inference = new InferenceModel(isLarge);
        this.serializer = serializer;
        this.isolation = isolation;
        GraphProto graph = model.getGraph();
        graph.getValueInfoList().forEach(value -> stated.put(value.getName(), value));
        graph.getOutputList().forEach(value -> stated.put(value.getName(), value));
        graph.getInputList().forEach(value -> stated.put(value.getName(), value));
    }

    /**
     * Looks up tensors together, which is as cheap as one.
     *
     * @param names names of tensors of the main graph
     * @return what is known of those of which something is known
     * @throws IOException if the model cannot be read
     */
    public synchronized Map<String, ValueInfoProto> of(Collection<String> names) throws IOException {
        Set<String> missing = new LinkedHashSet<>();
        for (String name : names) {
            if (!isKnown(name) && !unknown.contains(name)) {
                missing.add(name);
            }
        }
        if (!missing.isEmpty() && failure == null) {
            infer(missing);
        }
        Map<String, ValueInfoProto> found = new HashMap<>();
        for (String name : names) {
            ValueInfoProto value = isStated(name) ? stated.get(name) : inferred.get(name);
            if (value != null) {
                found.put(name, value);
            }
        }
        return found;
    }

    /**
     * Looks up tensors that must have a type.
     *
     * @param names names of tensors of the main graph
     * @return what is known of each
     * @throws UnsupportedModelException if the type of one is not known
     * @throws IOException if the model cannot be read
     */
    public Map<String, ValueInfoProto> required(Collection<String> names) throws IOException {
        Map<String, ValueInfoProto> found = of(names);
        for (String name : names) {
            if (!found.containsKey(name)) {
                throw new UnsupportedModelException(
                        source, "tensor '" + name + "'", "its type is not stated in the model, " + why());
            }
        }
        return found;
    }

    private synchronized String why() {
        return failure == null ? "and ONNX Runtime does not infer it" : "and it cannot be inferred: " + failure;
    }

    private boolean isKnown(String name) {
        return isStated(name) || inferred.containsKey(name);
    }

    private boolean isStated(String name) {
        ValueInfoProto value = stated.get(name);
        return value != null && ValueTypes.isUsable(value.getType());
    }

    private void infer(Set<String> names) throws IOException {
        RuntimeTypes.Answer answer;
        try (RuntimeTypes runtime = new RuntimeTypes(source, serializer, isolation)) {
            answer = runtime.ask(inference.of(model, names), List.copyOf(names), OptLevel.NO_OPT);
        }
        Map<String, TypeProto> types = answer.types();
        types.forEach((name, type) -> inferred.put(
                name, ValueInfoProto.newBuilder().setName(name).setType(type).build()));
        if (answer.failure().isPresent()) {
            failure = answer.failure().get();
            LOG.debug("{}: no types: {}", source, failure);
        } else {
            names.stream().filter(name -> !types.containsKey(name)).forEach(unknown::add);
        }
    }
}
