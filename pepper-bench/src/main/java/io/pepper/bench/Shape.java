package io.pepper.bench;

import io.pepper.cut.internal.Adjacency;
import io.pepper.graph.DataflowGraph;
import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.function.BiConsumer;

/** Shapes of graphs to walk. */
public enum Shape {
    /** One vertex after another. */
    CHAIN,
    /** Two chains joined at every step. */
    LADDER,
    /** One vertex joined to all others. */
    STAR,
    /** Edges between vertices anywhere, two for each vertex. */
    RANDOM,
    /** Operators and tensors of a residual network: three operators and a skip a block. */
    RESIDUAL,
    /** The dataflow of a real model, the PP-OCRv4 recogniser, as often as it takes, each copy joined to the one before. */
    REAL;

    private static final long SEED = 42;

    /**
     * The edges of a graph.
     *
     * @param count about how many
     * @param edge takes the ends of each
     * @return how many vertices they join
     */
    public int edges(int count, BiConsumer<Integer, Integer> edge) {
        return switch (this) {
            case CHAIN -> chain(count, edge);
            case LADDER -> ladder(count / 3, edge);
            case STAR -> star(count, edge);
            case RANDOM -> random(count, edge);
            case RESIDUAL -> residual(count / 7, edge);
            case REAL -> real(count, edge);
        };
    }

    /**
     * A graph as arrays.
     *
     * @param count about how many edges
     * @return the graph
     */
    public Adjacency adjacency(int count) {
        int[] sources = new int[count + 1];
        int[] targets = new int[count + 1];
        int[] size = new int[1];
        int vertices = edges(count, (source, target) -> {
            sources[size[0]] = source;
            targets[size[0]++] = target;
        });
        return Adjacency.of(vertices, sources, targets, size[0]);
    }

    private static int chain(int count, BiConsumer<Integer, Integer> edge) {
        for (int v = 0; v < count; v++) {
            edge.accept(v, v + 1);
        }
        return count + 1;
    }

    private static int ladder(int rungs, BiConsumer<Integer, Integer> edge) {
        for (int rung = 0; rung < rungs; rung++) {
            edge.accept(2 * rung, 2 * rung + 1);
            edge.accept(2 * rung, 2 * rung + 2);
            edge.accept(2 * rung + 1, 2 * rung + 3);
        }
        return 2 * rungs + 2;
    }

    private static int star(int count, BiConsumer<Integer, Integer> edge) {
        for (int v = 1; v <= count; v++) {
            edge.accept(0, v);
        }
        return count + 1;
    }

    private static int random(int count, BiConsumer<Integer, Integer> edge) {
        Random random = new Random(SEED);
        int vertices = Math.max(2, count / 2);
        for (int e = 0; e < count; e++) {
            edge.accept(random.nextInt(vertices), random.nextInt(vertices));
        }
        return vertices;
    }

    /** A block: tensor t, operators a, b and add, tensors between them, and the tensor after. */
    private static int residual(int blocks, BiConsumer<Integer, Integer> edge) {
        int tensor = 0;
        int next = 1;
        for (int block = 0; block < blocks; block++) {
            int a = next;
            edge.accept(tensor, a);
            edge.accept(a, a + 1);
            edge.accept(a + 1, a + 2);
            edge.accept(a + 2, a + 3);
            edge.accept(a + 3, a + 4);
            edge.accept(tensor, a + 4);
            edge.accept(a + 4, a + 5);
            tensor = a + 5;
            next = a + 6;
        }
        return next;
    }

    private static int real(int count, BiConsumer<Integer, Integer> edge) {
        DataflowGraph graph = recogniser();
        int operators = graph.operatorCount();
        int vertices = operators + graph.tensorCount();
        int copies = Math.max(1, count / (graph.edgeCount() + 1));
        for (int copy = 0; copy < copies; copy++) {
            int first = copy * vertices;
            for (int operator = 0; operator < operators; operator++) {
                int vertex = first + operator;
                graph.reads(operator).stream().forEach(tensor -> edge.accept(first + operators + tensor, vertex));
                graph.writes(operator).stream().forEach(tensor -> edge.accept(vertex, first + operators + tensor));
            }
            if (copy > 0) {
                edge.accept(first - 1, first + operators);
            }
        }
        return copies * vertices;
    }

    private static DataflowGraph recogniser() {
        try (InputStream in = Shape.class.getResourceAsStream("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            if (in == null) {
                throw new IllegalStateException("the model is not on the class path");
            }
            try (OnnxModel model = OnnxModel.load(in, "recogniser")) {
                return model.graph();
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
