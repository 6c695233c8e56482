package io.pepper.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random dataflow graphs of several shapes for tests: long and thin to short and wide, with skips, parallel reads,
 * operators that read or write nothing, several outputs, and outputs that are inputs. The same seed gives the same graph.
 */
public final class RandomGraphs {
    private RandomGraphs() {}

    /** An operator as it is given to a builder. */
    public record Operator(String name, String type, List<String> reads, List<String> writes) {}

    /** A graph as it is given to a builder. */
    public record Plan(List<String> inputs, List<Operator> operators, List<String> outputs) {
        /** Builds the graph from its operators in the order in which they stand. */
        public DataflowGraph build() {
            DataflowGraph.Builder builder = DataflowGraph.builder();
            inputs.forEach(builder::input);
            operators.forEach(o -> builder.operator(o.name, o.type, o.reads, o.writes));
            outputs.forEach(builder::output);
            return builder.build();
        }

        /** The same graph with its operators in another order, mostly no topological one. */
        public Plan shuffled(Random random) {
            List<Operator> other = new ArrayList<>(operators);
            Collections.shuffle(other, random);
            return new Plan(inputs, other, outputs);
        }
    }

    /** A plan with its operators in topological order. */
    public static Plan plan(Random random, int mostOperators) {
        List<String> tensors = new ArrayList<>();
        int inputs = random.nextInt(4);
        for (int i = 0; i < inputs; i++) {
            tensors.add("in" + i);
        }
        List<String> inputNames = List.copyOf(tensors);
        List<Operator> operators = new ArrayList<>();
        int count = random.nextInt(mostOperators + 1);
        int window = 1 + random.nextInt(5);
        int skips = 2 + random.nextInt(30);
        for (int i = 0; i < count; i++) {
            List<String> reads = reads(random, tensors, window, skips);
            List<String> writes = new ArrayList<>();
            int made = random.nextInt(12) == 0 ? 2 * random.nextInt(2) : 1;
            for (int w = 0; w < made; w++) {
                writes.add("t" + i + (w == 0 ? "" : "_" + w));
            }
            tensors.addAll(writes);
            operators.add(new Operator(random.nextInt(5) == 0 ? "" : "op" + i, "Op", reads, writes));
        }
        return new Plan(inputNames, operators, outputs(random, tensors));
    }

    /** One tensor after another, each made by an operator of its own. */
    public static DataflowGraph chain(int operators) {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("t0");
        for (int i = 0; i < operators; i++) {
            builder.operator("op" + i, "Op", List.of("t" + i), List.of("t" + (i + 1)));
        }
        return builder.output("t" + operators).build();
    }

    private static List<String> reads(Random random, List<String> tensors, int window, int skips) {
        List<String> reads = new ArrayList<>();
        int count =
                tensors.isEmpty() || random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(3) / 2 + random.nextInt(4) / 3;
        for (int i = 0; i < count; i++) {
            int reach = random.nextInt(skips) == 0 ? tensors.size() : Math.min(window, tensors.size());
            reads.add(tensors.get(tensors.size() - 1 - random.nextInt(reach)));
        }
        return reads;
    }

    private static List<String> outputs(Random random, List<String> tensors) {
        List<String> outputs = new ArrayList<>();
        if (!tensors.isEmpty() && random.nextInt(20) != 0) {
            outputs.add(tensors.get(tensors.size() - 1));
        }
        int more = random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0;
        for (int i = 0; i < more && !tensors.isEmpty(); i++) {
            String tensor = tensors.get(random.nextInt(tensors.size()));
            if (!outputs.contains(tensor)) {
                outputs.add(tensor);
            }
        }
        return outputs;
    }
}
