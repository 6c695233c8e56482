package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxValue;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks of a part's outputs before native code sees them: a closed value crashes ONNX Runtime. */
public final class PartOutputs {
    private PartOutputs() {}

    /**
     * Returns why values are not the outputs of a part.
     *
     * @param expected the names of the part's outputs, each once
     * @param made the values by name
     * @return the fault; empty if each output exists and is open, and there are no others
     */
    public static Optional<String> fault(
            Collection<String> expected, @Nullable Map<String, ? extends @Nullable OnnxValue> made) {
        if (made == null) {
            return Optional.of("it gives null instead of its outputs " + expected);
        }
        for (String name : expected) {
            OnnxValue value = made.get(name);
            if (value == null) {
                return Optional.of(
                        made.containsKey(name)
                                ? "its output " + name + " is null"
                                : "it does not give its output " + name + ", only " + made.keySet());
            }
            if (value.isClosed()) {
                return Optional.of("its output " + name + " is closed");
            }
        }
        if (made.size() == expected.size()) {
            return Optional.empty();
        }
        return made.keySet().stream()
                .filter(name -> !expected.contains(name))
                .findFirst()
                .map(name -> "it returns " + name + ", which is not one of its outputs " + expected);
    }

    /**
     * Closes values that have no other owner, each once.
     *
     * @param made some values; null elements are skipped
     * @param kept values that stay open although they are among them, such as the inputs of the part
     */
    public static void close(
            Collection<? extends @Nullable OnnxValue> made, Collection<? extends @Nullable OnnxValue> kept) {
        Set<@Nullable Object> others = Collections.newSetFromMap(new IdentityHashMap<>());
        others.addAll(kept);
        for (OnnxValue value : made) {
            if (value != null && others.add(value) && !value.isClosed()) {
                value.close();
            }
        }
    }

    /**
     * Closes values, each once.
     *
     * @param values some values; null elements are skipped
     */
    public static void close(Collection<? extends @Nullable OnnxValue> values) {
        close(values, List.of());
    }

    /**
     * Refuses inputs that native code must not see.
     *
     * @param part the part's name in messages
     * @param feed its inputs by name
     * @param when what was done with them in the meantime
     * @throws IllegalArgumentException if one is null or closed
     */
    public static void checkFeed(String part, Map<String, ? extends @Nullable OnnxValue> feed, String when) {
        for (Map.Entry<String, ? extends @Nullable OnnxValue> input : feed.entrySet()) {
            OnnxValue value = input.getValue();
            if (value == null || value.isClosed()) {
                throw new IllegalArgumentException(part + ": input " + input.getKey()
                        + (value == null
                                ? " is null"
                                : " is closed" + when + "; it must stay open until the run has ended"));
            }
        }
    }
}
