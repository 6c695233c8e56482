package io.pepper.graph;

import io.pepper.graph.RandomGraphs.Operator;
import io.pepper.graph.RandomGraphs.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Shapes that networks have, for tests: what {@link RandomGraphs} meets by chance only. All operators stand in topological
 * order, {@code y} is always an output, and the same seed gives the same graph.
 */
public enum RandomShape {
    /** One operator after another. */
    CHAIN,
    /** Blocks around which a skip leads. */
    RESIDUAL,
    /** Each operator reads many of the earlier tensors. */
    DENSE,
    /** Two chains from two inputs, joined, and a chain after that. */
    TWO_TOWERS,
    /** A chain with further outputs on branches, or on the chain itself. */
    SIDE_OUTPUTS,
    /** Residual blocks with tensors and operators that no output needs. */
    UNUSED,
    /** A chain that further inputs join, some of them outputs as well. */
    LATE_INPUTS,
    /** A chain that operators without reads join. */
    SOURCELESS;

    /** A plan of this shape. */
    public Plan plan(Random random, int mostSteps) {
        Draft draft = new Draft(random);
        int steps = 1 + random.nextInt(mostSteps);
        String last = draft.input();
        if (this == TWO_TOWERS) {
            String other = draft.input();
            int half = random.nextInt(steps + 1);
            for (int i = 0; i < half; i++) {
                other = draft.operator(other);
            }
            last = draft.operator(draft.operator(last), other);
        }
        for (int i = 0; i < steps; i++) {
            last = step(draft, last);
        }
        draft.operators.add(new Operator("last", "Op", List.of(last), List.of("y")));
        draft.outputs.add("y");
        return new Plan(draft.inputs, draft.operators, draft.outputs);
    }

    private String step(Draft draft, String last) {
        boolean now = draft.random.nextInt(3) == 0;
        return switch (this) {
            case CHAIN, TWO_TOWERS -> draft.operator(last);
            case RESIDUAL -> draft.block(last);
            case DENSE -> draft.operator(draft.some(last));
            case SIDE_OUTPUTS -> now ? draft.sideOutput(last) : draft.operator(last);
            case UNUSED -> now ? draft.unused(last) : draft.block(last);
            case LATE_INPUTS -> now ? draft.operator(last, draft.lateInput()) : draft.operator(last);
            case SOURCELESS -> now ? draft.operator(last, draft.operator()) : draft.operator(last);
        };
    }

    private static final class Draft {
        private final Random random;
        private final List<String> inputs = new ArrayList<>();
        private final List<Operator> operators = new ArrayList<>();
        private final List<String> outputs = new ArrayList<>();

        Draft(Random random) {
            this.random = random;
        }

        String input() {
            inputs.add("in" + inputs.size());
            return inputs.get(inputs.size() - 1);
        }

        String lateInput() {
            String input = input();
            if (random.nextInt(4) == 0) {
                outputs.add(input);
            }
            return input;
        }

        String operator(String... reads) {
            String made = "t" + operators.size();
            operators.add(new Operator("op" + operators.size(), "Op", List.of(reads), List.of(made)));
            return made;
        }

        String block(String begin) {
            String end = begin;
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                end = operator(end);
            }
            return random.nextInt(4) == 0 ? operator(end, end) : operator(end, begin);
        }

        String[] some(String last) {
            List<String> reads = new ArrayList<>(List.of(last));
            for (Operator earlier : operators) {
                if (random.nextInt(4) == 0) {
                    reads.addAll(earlier.writes());
                }
            }
            return reads.toArray(String[]::new);
        }

        /** Mostly rare, so that cuts remain before it. */
        String sideOutput(String last) {
            if (random.nextInt(4) == 0) {
                outputs.add(random.nextBoolean() && isMade(last) ? last : operator(operator(last)));
            }
            return operator(last);
        }

        private boolean isMade(String tensor) {
            return !inputs.contains(tensor) && !outputs.contains(tensor);
        }

        String unused(String last) {
            String made = "t" + operators.size();
            operators.add(new Operator("drop" + operators.size(), "Dropout", List.of(last), List.of(made, made + "m")));
            if (random.nextBoolean()) {
                operator(made + "m", last);
            }
            return made;
        }
    }
}
