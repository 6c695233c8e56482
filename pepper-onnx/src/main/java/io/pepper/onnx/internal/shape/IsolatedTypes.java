package io.pepper.onnx.internal.shape;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.model.IsolatedRunException;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.isolate.Bytes;
import io.pepper.onnx.internal.isolate.IsolatedService;
import io.pepper.onnx.internal.proto.TypeProto;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A service that opens models in a child process and returns the types that ONNX Runtime infers. */
public final class IsolatedTypes implements IsolatedService<IsolatedTypes.Question, IsolatedTypes.Told> {
    /**
     * A model to open.
     *
     * @param model the bytes of a model
     * @param outputs the names of its outputs, in its order
     * @param level the optimisation of the model before types are read
     */
    public record Question(ByteBuffer model, List<String> outputs, OptLevel level) {}

    /**
     * The type of a tensor.
     *
     * @param name the tensor's name
     * @param type the bytes of a TypeProto
     */
    public record Typed(String name, ByteBuffer type) {}

    /**
     * The answer of ONNX Runtime.
     *
     * @param types the known types
     * @param failure why it cannot open the model
     */
    public record Told(List<Typed> types, Optional<String> failure) {
        /** Returns the answer after checking it. */
        RuntimeTypes.Answer answer(String source, List<String> outputs) throws IsolatedRunException {
            Set<String> asked = new HashSet<>(outputs);
            Map<String, TypeProto> known = new LinkedHashMap<>();
            for (Typed typed : types) {
                if (!asked.contains(typed.name)) {
                    throw invalid(source, "names the tensor '" + typed.name + "', which was not requested");
                }
                try {
                    known.put(typed.name, TypeProto.parseFrom(typed.type));
                } catch (InvalidProtocolBufferException broken) {
                    throw invalid(source, "gives '" + typed.name + "' no type: " + broken.getMessage());
                }
            }
            return new RuntimeTypes.Answer(known, failure);
        }

        private static IsolatedRunException invalid(String source, String what) {
            return new IsolatedRunException(
                    source, IsolatedRunException.Reason.INVALID_ANSWER, "what the process answered " + what);
        }
    }

    @Override
    public Class<Question> question() {
        return Question.class;
    }

    @Override
    public Told answer(Question question, ProgressListener progress) {
        progress.progress("inferring types", 0, 1);
        RuntimeTypes.Answer answer = RuntimeTypes.ask(Bytes.of(question.model()), question.outputs(), question.level());
        List<Typed> types = new ArrayList<>();
        answer.types().forEach((name, type) -> types.add(new Typed(name, ByteBuffer.wrap(type.toByteArray()))));
        return new Told(types, answer.failure());
    }
}
