package io.pepper.onnx.internal.shape;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.pepper.model.InputShapes;
import io.pepper.model.Isolation;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.model.FatalOperators;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.internal.session.Sessions;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The certain types of a model's tensors: element types, the shapes of the model's inputs, which ONNX Runtime checks,
 * and the shapes that ONNX Runtime infers from these and that nothing in the model contradicts. A part that states only
 * these runs wherever the whole model does. If ONNX Runtime cannot open the model, only element types are certain.
 * Inferred types are kept. Thread-safe.
 */
public final class TensorTypes {
    private final String source;
    private final ModelProto model;
    private final Predicate<TensorProto> isLarge;
    private final Serializer serializer;
    private final Optional<Isolation> isolation;
    private final Statements statements;
    private final Map<String, ValueInfoProto> stated = new HashMap<>();
    private final Map<String, ValueInfoProto> inputs = new LinkedHashMap<>();
    private ShapeInference.@Nullable Certain known;

    /** A serializer of messages to the bytes of a model, including payloads. */
    @FunctionalInterface
    public interface Serializer {
        /**
         * Returns the bytes.
         *
         * @param model the message
         * @return the bytes; empty if they would be too large to hold
         * @throws IOException if a payload cannot be read
         */
        Optional<byte[]> bytes(ModelProto model) throws IOException;
    }

    /**
     * Creates the types from the model's statements.
     *
     * @param source the model's name in messages
     * @param model the message
     * @param isLarge whether a tensor's payload is not part of the message
     * @param serializer creates the bytes that ONNX Runtime reads
     * @param isolation the limits of a child process in which ONNX Runtime opens the model; empty to open it in this
     *     process
     */
    public TensorTypes(
            String source,
            ModelProto model,
            Predicate<TensorProto> isLarge,
            Serializer serializer,
            Optional<Isolation> isolation) {
        this.isolation = isolation;
        this.source = source;
        this.model = model;
        this.isLarge = isLarge;
        this.serializer = serializer;
        GraphProto graph = model.getGraph();
        statements = Statements.of(graph);
        graph.getValueInfoList().forEach(value -> stated.put(value.getName(), value));
        graph.getOutputList().forEach(value -> stated.put(value.getName(), value));
        graph.getInputList().forEach(value -> inputs.put(value.getName(), value));
    }

    /**
     * Returns the certain types of tensors. The first call asks ONNX Runtime about all of them.
     *
     * @param names names of tensors of the main graph
     * @return the certain types; tensors without any are absent
     * @throws IOException if the model cannot be read
     */
    public Map<String, ValueInfoProto> of(Collection<String> names) throws IOException {
        Map<String, ValueInfoProto> found = new HashMap<>();
        for (String name : names) {
            ValueInfoProto value = certain(name);
            if (ValueTypes.isUsable(value.getType())) {
                found.put(name, value);
            }
        }
        List<String> missing = names.stream()
                .filter(name -> !found.containsKey(name))
                .distinct()
                .toList();
        if (!missing.isEmpty() && known().failure().isPresent()) {
            ask(missing).forEach((name, type) -> found.put(name, named(name, type)));
        }
        return found;
    }

    /**
     * Asks about these tensors alone: ONNX Runtime's Java interface fails on models with an optional output, but
     * answers for the other tensors.
     */
    private Map<String, TypeProto> ask(List<String> names) throws IOException {
        try (RuntimeTypes runtime = new RuntimeTypes(source, serializer, isolation)) {
            ModelProto asked = new InferenceModel(isLarge).of(BareModel.of(model, false), names);
            Map<String, TypeProto> known = new HashMap<>();
            runtime.ask(asked, names, OptLevel.NO_OPT)
                    .types()
                    .forEach((name, type) -> known.put(name, statements.weakened(name, type)));
            return known;
        }
    }

    /**
     * Opens a model in a child process, if its operators may crash ONNX Runtime when it opens the model.
     *
     * @param opened the model, whose large tensors are this one's
     * @param optimization the optimisation of the model by ONNX Runtime
     * @return why ONNX Runtime must not open the model in this process; empty if no reason is known
     * @throws io.pepper.model.IsolatedRunException if the child process, whose limits were given, did not survive
     * @throws IOException if the model cannot be read, or the thread was interrupted
     */
    public Optional<String> danger(ModelProto opened, OptimizationLevel optimization) throws IOException {
        if (FatalOperators.risk(opened).isEmpty()) {
            return Optional.empty();
        }
        List<String> outputs = opened.getGraph().getOutputList().stream()
                .map(ValueInfoProto::getName)
                .toList();
        try (RuntimeTypes runtime = new RuntimeTypes(source, serializer, isolation)) {
            RuntimeTypes.Answer answer =
                    runtime.ask(new InferenceModel(isLarge).of(opened, outputs), outputs, Sessions.level(optimization));
            // A child that could not open the model for another reason proves nothing.
            return runtime.danger().or(answer::failure);
        }
    }

    private static ValueInfoProto named(String name, TypeProto type) {
        return ValueInfoProto.newBuilder().setName(name).setType(type).build();
    }

    /**
     * Returns the certain types of tensors that must have one.
     *
     * @param names names of tensors of the main graph
     * @return the certain type of each
     * @throws UnsupportedModelException if a type is unknown
     * @throws IOException if the model cannot be read
     */
    public Map<String, ValueInfoProto> required(Collection<String> names) throws IOException {
        Map<String, ValueInfoProto> found = of(names);
        for (String name : names) {
            if (!found.containsKey(name)) {
                String why = known().failure()
                        .map(reason -> "and it cannot be inferred: " + reason)
                        .orElse("and ONNX Runtime does not infer it");
                throw new UnsupportedModelException(
                        source, "tensor '" + name + "'", "its type is not stated in the model, " + why);
            }
        }
        return found;
    }

    /**
     * Removes from a stated value what is uncertain. For a model that ONNX Runtime cannot open, nothing is removed.
     *
     * @param value the model's statement on a tensor
     * @return the same message if all of it is certain
     * @throws IOException if the model cannot be read
     */
    public ValueInfoProto inside(ValueInfoProto value) throws IOException {
        return known().failure().isPresent() ? value : certain(value.getName());
    }

    /**
     * Returns notes on the sizes that the model states and the parts do not.
     *
     * @return sentences for a manifest, a bounded number in the order of the model
     * @throws IOException if the model cannot be read
     */
    public List<String> notes() throws IOException {
        return UncertainSizes.notes(statements, known());
    }

    private ValueInfoProto certain(String name) throws IOException {
        ValueInfoProto input = inputs.get(name);
        if (input != null) {
            return input;
        }
        TypeProto type = known().types().getOrDefault(name, TypeProto.getDefaultInstance());
        ValueInfoProto value = stated.getOrDefault(
                name, ValueInfoProto.newBuilder().setName(name).build());
        if (!value.getType().hasTensorType() && ValueTypes.isUsable(value.getType())) {
            return value; // Sequences, maps and optional values have no size.
        }
        boolean keep = statements.of(name).size() == 1
                && ValueTypes.isUsable(value.getType())
                && statements.followFrom(name, type);
        return keep ? value : value.toBuilder().setType(type).build();
    }

    private synchronized ShapeInference.Certain known() throws IOException {
        if (known == null) {
            known = new ShapeInference(source, model, isLarge, serializer, InputShapes.NONE, isolation).certain();
        }
        return known;
    }
}
