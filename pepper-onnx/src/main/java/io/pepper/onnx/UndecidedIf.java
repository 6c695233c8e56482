package io.pepper.onnx;

import java.util.List;

/**
 * An {@code If} of a main graph whose condition depends on inputs of the model. Immutable.
 *
 * @param operator the name of the operator, or of its outputs if it has none
 * @param condition the tensor that decides
 * @param inputs the inputs of the model that the condition depends on, in their order; empty if it is constant
 * @param obstacles types of operators through which no value is followed to the condition, and inputs that are too large or of a type that
 *     cannot be set; empty if {@link io.pepper.model.ReadOptions#withInputValues} decides the condition
 * @param areTruthValues whether the inputs are all truth values, which are set to {@code true} or {@code false}
 */
public record UndecidedIf(
        String operator, String condition, List<String> inputs, List<String> obstacles, boolean areTruthValues) {
    /**
     * Copies the lists.
     *
     * @param operator the name of the operator
     * @param condition the tensor that decides
     * @param inputs the inputs that the condition depends on
     * @param obstacles what stands between these and the condition
     * @param areTruthValues whether the inputs are all truth values
     * @throws NullPointerException if a component is null
     */
    public UndecidedIf {
        inputs = List.copyOf(inputs);
        obstacles = List.copyOf(obstacles);
    }

    /**
     * Whether values of {@link #inputs} decide the condition.
     *
     * @return true if there are such inputs, and nothing stands between
     */
    public boolean isSettable() {
        return !inputs.isEmpty() && obstacles.isEmpty();
    }
}
