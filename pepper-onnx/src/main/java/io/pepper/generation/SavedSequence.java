package io.pepper.generation;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A sequence in a file, without the content of its tensors.
 *
 * @param model the SHA-256 of the model in hexadecimal
 * @param tokens the tokens, of which the caches follow
 * @param chosen the token that was chosen last, and which no step has read
 * @param contexts the inputs that are the same in all steps
 * @param caches the caches by their input; none if they are computed again
 */
record SavedSequence(
        String model, List<Long> tokens, OptionalLong chosen, List<SavedTensor> contexts, List<SavedTensor> caches) {
    SavedSequence {
        tokens = List.copyOf(tokens);
        contexts = List.copyOf(contexts);
        caches = List.copyOf(caches);
    }

    /** Returns all tensors in the order of their contents. */
    Stream<SavedTensor> tensors() {
        return Stream.concat(contexts.stream(), caches.stream());
    }

    /**
     * A tensor in a file.
     *
     * @param name the name of the input
     * @param type the type of its elements, by its name in the model
     * @param axis the axis along which it grows with the tokens; empty for a fixed size
     * @param shape its sizes, each 0 or more
     * @param bytes the bytes of its content, at most 2 GiB
     */
    record SavedTensor(String name, String type, OptionalInt axis, List<Long> shape, int bytes) {
        SavedTensor {
            shape = List.copyOf(shape);
        }

        @Override
        public String toString() {
            return type + shape.toString().replace(" ", "");
        }
    }
}
