package io.pepper.cut;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.graph.DataflowGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Searches for orders count their steps, and end where their budget does. */
class SearchBudgetTest {
    /** What a level may go beyond the budget before it is looked at. */
    private static final long TOLERANCE = 1L << 20;

    /** A graph and the sizes of its tensors. */
    private record Shape(String name, DataflowGraph graph, List<Long> bytes) {
        OptionalLong size(int tensor) {
            return OptionalLong.of(bytes.get(tensor));
        }

        Liveness leastPeak() {
            return Liveness.leastPeak(graph, graph.usedOperators(), this::size);
        }

        Cuts wide() {
            return Cuts.of(graph, CutOptions.DEFAULTS.withMaxWidth(3).withTensorBytes(this::size));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Shape shape(String name, DataflowGraph graph, boolean equal) {
        Random random = new Random(1);
        return new Shape(
                name + (equal ? " of equal sizes" : " of different sizes"),
                graph,
                random.longs(graph.tensorCount(), 1, 1000)
                        .map(size -> equal ? 16 : size)
                        .boxed()
                        .toList());
    }

    private static DataflowGraph fanOut(int branches, int length) {
        return fanOuts(1, branches, length);
    }

    private static DataflowGraph fanOuts(int blocks, int branches, int length) {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("x0");
        for (int block = 0; block < blocks; block++) {
            List<String> ends = new ArrayList<>();
            for (int branch = 0; branch < branches; branch++) {
                String before = "x" + block;
                for (int i = 0; i < length; i++) {
                    String made = "b" + block + "_" + branch + "_" + i;
                    builder.operator(made, "Op", List.of(before), List.of(made));
                    before = made;
                }
                ends.add(before);
            }
            builder.operator("join" + block, "Sum", ends, List.of("x" + (block + 1)));
        }
        return builder.output("x" + blocks).build();
    }

    private static DataflowGraph manyInputs(int inputs) {
        DataflowGraph.Builder builder = DataflowGraph.builder();
        List<String> ends = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            builder.input("x" + i).operator("m" + i, "Op", List.of("x" + i), List.of("m" + i));
            ends.add("m" + i);
        }
        return builder.operator("join", "Sum", ends, List.of("y")).output("y").build();
    }

    private static DataflowGraph manyOutputs(int outputs) {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("x");
        for (int i = 0; i < outputs; i++) {
            builder.operator("m" + i, "Op", List.of("x"), List.of("m" + i)).output("m" + i);
        }
        return builder.build();
    }

    private static DataflowGraph diamonds(int width, int height) {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("x");
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                List<String> reads = new ArrayList<>(List.of(row == 0 ? "x" : "g" + (row - 1) + "_" + column));
                if (column > 0) {
                    reads.add("g" + row + "_" + (column - 1));
                }
                String made = "g" + row + "_" + column;
                builder.operator(made, "Add", reads, List.of(made));
            }
        }
        return builder.output("g" + (height - 1) + "_" + (width - 1)).build();
    }

    static Stream<Shape> shapes() {
        return Stream.of(true, false)
                .flatMap(equal -> Stream.of(
                        shape("fan-out of 200", fanOut(200, 1), equal),
                        shape("fan-out of 200 branches of 2", fanOut(200, 2), equal),
                        shape("fan-out of 5000", fanOut(5000, 1), equal),
                        shape("30 blocks of 30 branches", fanOuts(30, 30, 2), equal),
                        shape("2000 blocks of 3 branches", fanOuts(2000, 3, 1), equal),
                        shape("3000 inputs", manyInputs(3000), equal),
                        shape("3000 outputs", manyOutputs(3000), equal),
                        shape("diamonds", diamonds(30, 30), equal)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void noSearchGoesBeyondItsBudget(Shape shape) {
        Liveness least = shape.leastPeak();
        assertThat(least.effort().steps()).isBetween(1L, LiveOrder.PEAK_BUDGET + TOLERANCE);
        Cuts wide = shape.wide();
        assertThat(wide.effort().steps()).isBetween(1L, CutOrder.BUDGET + TOLERANCE);
        assertThat(least.effort().limited())
                .as("what was limited is never said to be the best")
                .isIn(false, !least.isExact());
        long modelOrder = Liveness.of(shape.graph(), shape.graph().usedOperators(), shape::size)
                .peakBytes()
                .orElseThrow();
        assertThat(least.peakBytes().orElseThrow())
                .as("no worse than the order in which operators stand")
                .isLessThanOrEqualTo(modelOrder);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void theSameGraphTakesTheSameStepsAndGivesTheSameAnswer(Shape shape) {
        assertThat(shape.leastPeak().effort()).isEqualTo(shape.leastPeak().effort());
        assertThat(shape.leastPeak().order()).isEqualTo(shape.leastPeak().order());
    }

    @Test
    void equalBranchesAreBegunInOneOrderWhichIsTheBest() {
        for (DataflowGraph graph : List.of(fanOut(200, 1), manyInputs(200), manyOutputs(200))) {
            Shape shape = shape("equal", graph, true);
            assertThat(shape.leastPeak().isExact()).isTrue();
            assertThat(shape.leastPeak().effort().steps()).isLessThan(20_000);
            assertThat(shape.wide().effort().steps()).isLessThan(20_000);
            assertThat(shape.wide().effort().limited()).isFalse();
        }
    }

    @Test
    void aWideFanOutOfDifferentSizesSaysThatItsSearchWasLimited() {
        Shape shape = shape("fan-out", fanOut(200, 1), false);
        assertThat(shape.leastPeak().effort().limited()).isTrue();
        assertThat(shape.wide().effort().limited()).isTrue();
        assertThat(Cuts.of(shape.graph()).effort())
                .as("cuts at single tensors need no search")
                .isEqualTo(new SearchEffort(0, false));
    }
}
