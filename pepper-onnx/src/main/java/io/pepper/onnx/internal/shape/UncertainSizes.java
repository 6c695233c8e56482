package io.pepper.onnx.internal.shape;

import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.proto.TypeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Notes on the sizes that a model states and its parts do not. */
final class UncertainSizes {
    /** Beyond this number of tensors, only their number is reported. */
    private static final int MOST = 10;

    private UncertainSizes() {}

    /**
     * Returns a note for each tensor up to a maximum, and one note for the others.
     *
     * @param statements the model's statements
     * @param known the certain types
     */
    static List<String> notes(Statements statements, ShapeInference.Certain known) {
        if (known.failure().isPresent()) {
            return List.of("parts state no sizes of tensors between them, for nothing infers these: "
                    + known.failure().get());
        }
        List<String> notes = new ArrayList<>();
        int more = 0;
        for (String name : statements.names()) {
            TypeProto certain = known.types().getOrDefault(name, TypeProto.getDefaultInstance());
            boolean carried = statements.followFrom(name, certain);
            if (!carried && notes.size() < MOST) {
                notes.add(note(
                        name,
                        statements.of(name),
                        certain,
                        Optional.ofNullable(known.inferred().get(name))));
            } else if (!carried) {
                more++;
            }
        }
        if (more > 0) {
            notes.add("of " + more + " more tensors the model states sizes that are not certain");
        }
        return notes;
    }

    private static String note(
            String name, List<TypeProto> statements, TypeProto certain, Optional<TypeProto> inferred) {
        StringBuilder note = new StringBuilder("the model states ");
        note.append(String.join(
                " and ",
                statements.stream()
                        .distinct()
                        .limit(3)
                        .map(type -> info(name, type).toString())
                        .toList()));
        inferred.ifPresent(type -> note.append(", ONNX Runtime infers ").append(shape(type)));
        return note.append("; parts state ").append(shape(certain)).toString();
    }

    private static String shape(TypeProto type) {
        String written = info("", type).toString();
        return written.substring(written.indexOf(' ') + 1);
    }

    private static TensorInfo info(String name, TypeProto type) {
        return ValueTypes.info(name, type);
    }
}
