package io.pepper.cut;

import java.util.ArrayList;
import java.util.List;

/**
 * Compatibility mode: exactly the bridges that the Python original of PEPPER finds, with its way to choose among them, so
 * that a user can compare. For cuts that are right and complete see {@link Cuts}.
 *
 * <p>The original's graph has operators as its only vertices, beside one for each input and output. It knows vertices by
 * name: operators of one name are one vertex, unnamed operators are called {@code dummy_0}, {@code dummy_1} …, and an operator
 * that is called {@code input_0} is taken for an input. Bodies of operators are not looked into. Of the bridges it keeps those
 * between two operators that can be reached from what it takes for the first input: the first vertex whose name contains
 * {@code input_} and a digit.
 *
 * <p>The rules are those of {@code model_splitter} in PEPPER at commit 60e2605, with the order of networkx. Time and memory are
 * O(operators + edges). Immutable and therefore thread-safe.
 */
public final class PaperBridges {
    private final List<Bridge> bridges;

    /**
     * An operator as it stands in a model.
     *
     * @param name its name, empty if it has none
     * @param reads the names of the tensors that it reads; an empty name is one too
     * @param writes the names of the tensors that it makes; an empty name is one too
     */
    public record Operator(String name, List<String> reads, List<String> writes) {}

    /**
     * A bridge between two operators.
     *
     * @param from the name of the earlier one, as the original knows it
     * @param to the name of the later one
     * @param depth the length of the shortest path from the first input to {@code from}, in edges
     */
    public record Bridge(String from, String to, int depth) {}

    private PaperBridges(List<Bridge> bridges) {
        this.bridges = bridges;
    }

    /**
     * Finds what the original finds.
     *
     * @param operators the operators in the order of the file
     * @param inputs the names of the inputs in the order of the file, then of the initializers that are no inputs
     * @param outputs the names of the outputs
     * @return the bridges
     */
    public static PaperBridges of(List<Operator> operators, List<String> inputs, List<String> outputs) {
        return new PaperBridges(List.copyOf(new PaperGraph(operators, inputs, outputs).bridges()));
    }

    /**
     * All that the original prints.
     *
     * @return the bridges in its order
     */
    public List<Bridge> bridges() {
        return bridges;
    }

    /**
     * The points that the original chooses: going through the bridges in its order, each that is more than a distance deeper
     * than the last one chosen, or than the input. (It then makes parts of all but the last of them.)
     *
     * @param distance 0 or more; the original's default is 6
     * @return the chosen bridges
     * @throws IllegalArgumentException if the distance is negative
     */
    public List<Bridge> atDistance(int distance) {
        if (distance < 0) {
            throw new IllegalArgumentException("a distance of 0 or more is needed, found " + distance);
        }
        List<Bridge> chosen = new ArrayList<>();
        int last = 0;
        for (Bridge bridge : bridges) {
            if (bridge.depth - last > distance) {
                chosen.add(bridge);
                last = bridge.depth;
            }
        }
        return List.copyOf(chosen);
    }
}
