package io.pepper.onnx;

import java.util.List;

/**
 * An {@code If} of a main graph whose condition depends on inputs of the model. Immutable.
 *
 * @param operator the name of the operator, or of its outputs if it has none
 * @param condition the tensor of the condition
 * @param inputs the inputs of the model that the condition depends on, in their order; empty if it is constant
 * @param obstacles types of operators through which values cannot be traced to the condition, and inputs that are too
 *     large or of a type that cannot be set; empty if {@link io.pepper.model.ReadOptions#withInputValues} decides the
 *     condition
 * @param areTruthValues whether all inputs are truth values, which are set to {@code true} or {@code false}
 */
public record UndecidedIf(
        String operator, String condition, List<String> inputs, List<String> obstacles, boolean areTruthValues) {
    /**
     * Creates an undecided {@code If}.
     *
     * @param operator the name of the operator, or of its outputs if it has none
     * @param condition the tensor of the condition
     * @param inputs the inputs of the model that the condition depends on
     * @param obstacles the operators and inputs that prevent a decision
     * @param areTruthValues whether all inputs are truth values
     * @throws NullPointerException if a component is null
     */
    public UndecidedIf {
        inputs = List.copyOf(inputs);
        obstacles = List.copyOf(obstacles);
    }

    /**
     * Returns whether values of {@link #inputs} decide the condition.
     *
     * @return true if there are inputs and no obstacles
     */
    public boolean isSettable() {
        return !inputs.isEmpty() && obstacles.isEmpty();
    }
}
