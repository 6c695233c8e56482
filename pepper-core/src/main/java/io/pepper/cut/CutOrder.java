package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * The positions of operators in the order along which cuts are found. Operators between neighbouring cuts at single
 * tensors share a position; for wider cuts, each has a separate position, in an order with few live bytes.
 */
final class CutOrder {
    /** The steps of all searches between cuts together, which take some tenths of a second. */
    static final long BUDGET = 1L << 25;

    /** The smallest budget of steps for each operator, whatever the size of the graph. */
    private static final long MIN_STEPS = 1L << 8;

    private final int[] places;
    private final int placeCount;

    /** For each cut at a single tensor, the last position before it. */
    private final int[] placesOfCuts;

    private final BitSet single = new BitSet();
    private final BitSet closed = new BitSet();

    private SearchEffort effort = SearchEffort.NONE;

    private CutOrder(int[] places, int placeCount, int... placesOfCuts) {
        this.places = places;
        this.placeCount = placeCount;
        this.placesOfCuts = placesOfCuts;
    }

    static CutOrder of(Usage usage, SharedTensors sharing, CutOptions options, CutSearch search) {
        int cuts = search.cutTensors().length;
        if (options.maxWidth() == 1) {
            return new CutOrder(
                    search.places(), cuts + 1, IntStream.range(0, cuts).toArray());
        }
        int[][] blocks = blocks(search.places(), cuts + 1);
        int[] places = new int[search.places().length];
        Arrays.fill(places, -1);
        int[] placesOfCuts = new int[cuts];
        int next = 0;
        IntToLongFunction weight = weight(usage, sharing, options);
        SearchEffort effort = SearchEffort.NONE;
        long left = Arrays.stream(blocks).mapToLong(block -> block.length).sum();
        for (int block = 0; block < blocks.length; block++) {
            LiveProblem problem = problem(usage, sharing, blocks[block], weight);
            long budget = left == 0 ? 0 : share(BUDGET - effort.steps(), problem.size(), left);
            LiveOrder.Found found = LiveOrder.leastSum(problem, budget);
            effort = effort.plus(found.effort());
            left -= problem.size();
            for (int number : found.numbers()) {
                places[problem.operator(number)] = next++;
            }
            if (block < cuts) {
                placesOfCuts[block] = next - 1;
            }
        }
        CutOrder order = new CutOrder(places, Math.max(1, next), placesOfCuts);
        order.effort = effort;
        for (int cut = 0; cut < cuts; cut++) {
            (usage.isOutput(search.cutTensors()[cut]) ? order.closed : order.single).set(placesOfCuts[cut]);
        }
        return order;
    }

    private static int[][] blocks(int[] blockOf, int count) {
        int[] sizes = new int[count];
        for (int block : blockOf) {
            if (block >= 0) {
                sizes[block]++;
            }
        }
        int[][] blocks = new int[count][];
        Arrays.setAll(blocks, block -> new int[sizes[block]]);
        for (int operator = blockOf.length - 1; operator >= 0; operator--) {
            if (blockOf[operator] >= 0) {
                blocks[blockOf[operator]][--sizes[blockOf[operator]]] = operator;
            }
        }
        return blocks;
    }

    /** Returns the weights of tensors: their bytes or, if any size is unknown, equal weights. */
    private static IntToLongFunction weight(Usage usage, SharedTensors sharing, CutOptions options) {
        boolean known = IntStream.range(0, usage.graph().tensorCount())
                .filter(tensor -> usage.isTensorUsed(tensor) && !sharing.isSharedTensor(tensor))
                .allMatch(tensor -> options.tensorBytes(tensor).isPresent());
        return known ? tensor -> options.tensorBytes(tensor).orElse(0) : tensor -> 1;
    }

    private static LiveProblem problem(Usage usage, SharedTensors sharing, int[] block, IntToLongFunction weight) {
        DataflowGraph graph = usage.graph();
        int last = block.length == 0 ? -1 : block[block.length - 1];
        boolean[] inside = new boolean[last + 1];
        for (int operator : block) {
            inside[operator] = true;
        }
        return new LiveProblem(
                graph,
                block,
                operator -> Indices.of(sharing.awaited(graph, operator)),
                tensor ->
                        usage.isTensorUsed(tensor) && (!sharing.isSharedTensor(tensor) || sharing.isMadeOnPath(tensor)),
                tensor -> graph.readers(tensor).stream()
                        .anyMatch(reader -> usage.isOperatorUsed(reader) && !(reader <= last && inside[reader])),
                tensor -> sharing.isSharedTensor(tensor) ? 0 : weight.applyAsLong(tensor));
    }

    /**
     * Returns a block's share of the remaining steps, in proportion to its operators, but enough for a small search.
     */
    private static long share(long steps, int operators, long all) {
        return Math.max(operators * MIN_STEPS, (long) ((double) steps * operators / all));
    }

    /** Returns the effort of the search for the order. */
    SearchEffort effort() {
        return effort;
    }

    int[] places() {
        return places;
    }

    int placeCount() {
        return placeCount;
    }

    int placeOfCut(int cut) {
        return placesOfCuts[cut];
    }

    /** Returns whether the cut after a place is at a single tensor. */
    boolean isSingle(int place) {
        return single.get(place);
    }

    /**
     * Returns whether operators after a position make only by-products: the crossing tensor is an output of the graph.
     */
    boolean isClosed(int place) {
        return closed.get(place);
    }
}
