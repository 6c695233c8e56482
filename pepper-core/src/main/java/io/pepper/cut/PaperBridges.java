package io.pepper.cut;

import java.util.ArrayList;
import java.util.List;

/**
 * Compatibility mode: exactly the bridges that the Python original of PEPPER finds, and its rule for choosing among
 * them, for comparisons. {@link Cuts} are correct and complete.
 *
 * <p>The vertices of the original's graph are the operators, and one for each input and output. It identifies vertices
 * by name: operators of the same name are one vertex, unnamed operators are called {@code dummy_0}, {@code dummy_1} …,
 * and an operator called {@code input_0} is mistaken for an input. Bodies of operators are ignored. Of the bridges, it
 * keeps those between two operators that are reachable from the supposed first input: the first vertex whose name
 * contains {@code input_} and a digit.
 *
 * <p>The rules are those of {@code model_splitter} in PEPPER at commit 60e2605, with the order of networkx. Time and
 * memory are O(operators + edges). Immutable and therefore thread-safe.
 */
public final class PaperBridges {
    private final List<Bridge> bridges;

    /**
     * An operator of a model.
     *
     * @param name its name; empty if it has none
     * @param reads the names of the tensors that it reads; an empty name counts, too
     * @param writes the names of the tensors that it produces; an empty name counts, too
     */
    public record Operator(String name, List<String> reads, List<String> writes) {}

    /**
     * A bridge between two operators.
     *
     * @param from the name of the earlier operator in the original's graph
     * @param to the name of the later operator
     * @param depth the length of the shortest path from the first input to {@code from}, in edges
     */
    public record Bridge(String from, String to, int depth) {}

    private PaperBridges(List<Bridge> bridges) {
        this.bridges = bridges;
    }

    /**
     * Returns the bridges that the original finds.
     *
     * @param operators the operators in the order of the file
     * @param inputs the names of the inputs in the order of the file, then those of the initializers that are not
     *     inputs
     * @param outputs the names of the outputs
     * @return the bridges
     */
    public static PaperBridges of(List<Operator> operators, List<String> inputs, List<String> outputs) {
        return new PaperBridges(List.copyOf(new PaperGraph(operators, inputs, outputs).bridges()));
    }

    /**
     * Returns all bridges that the original prints.
     *
     * @return the bridges in its order
     */
    public List<Bridge> bridges() {
        return bridges;
    }

    /**
     * Returns the bridges that the original chooses. It goes through the bridges in its order and chooses each one that
     * is deeper than the last chosen one, or than the input, by more than a distance. (It then drops the last of them
     * and makes parts.)
     *
     * @param distance the distance, 0 or more; the original's default is 6
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
