package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.RandomGraphs;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** Which cuts the simple partitioners take, and what they refuse. */
class PartitionerTest {
    private final Cuts diamond = Cuts.of(Graphs.diamond());

    private static Cuts chain(int operators) {
        return Cuts.of(RandomGraphs.chain(operators));
    }

    private static AbstractThrowableAssert<?, ?> assertImpossible(Partitioner partitioner, Cuts cuts) {
        return assertThatThrownBy(() -> partitioner.partition(cuts)).isInstanceOf(NoSuchPartitionException.class);
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(Runnable action) {
        return assertThatThrownBy(action::run).isExactlyInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyCutTakesAll() {
        assertThat(Graphs.cutTensors(Partitioner.everyCut().partition(diamond))).containsExactly("ta", "tc");
        assertThat(Partitioner.everyCut().partition(chain(1)).segments()).hasSize(1);
    }

    @Test
    void atTensorsSortsTheNames() {
        assertThat(Graphs.cutTensors(Partitioner.atTensors("tc", "ta").partition(diamond)))
                .containsExactly("ta", "tc");
        assertThat(Graphs.cutTensors(Partitioner.atTensors(List.of("tc")).partition(diamond)))
                .containsExactly("tc");
    }

    @Test
    void atTensorsSaysThatThereIsNoSuchTensor() {
        assertImpossible(Partitioner.atTensors("ta", "zz"), diamond)
                .hasMessage("the graph has no tensor 'zz' in its dataflow; it can be cut at 'ta', 'tc'");
    }

    @Test
    void atTensorsNamesTheNearestCutsOfATensorThatIsNone() {
        assertImpossible(Partitioner.atTensors("t2"), diamond)
                .hasMessage("the graph cannot be cut at 't2' alone; the nearest cuts are at 'ta', 'tc'");
        assertImpossible(Partitioner.atTensors("x"), diamond)
                .hasMessage("the graph cannot be cut at 'x' alone; the nearest cuts are at 'ta'");
        assertImpossible(Partitioner.atTensors("y"), diamond)
                .hasMessage("the graph cannot be cut at 'y' alone; the nearest cuts are at 'tc'");
        assertImpossible(Partitioner.atTensors("t0"), chain(1))
                .hasMessage("the graph cannot be cut at 't0' alone; it cannot be cut at a single tensor");
    }

    @Test
    void atTensorsSaysThatNoOutputNeedsATensor() {
        assertImpossible(Partitioner.atTensors("tu"), diamond)
                .hasMessage("the graph cannot be cut at 'tu', which no output needs; it can be cut at 'ta', 'tc'");
    }

    @Test
    void atTensorsRefusesNoNamesAndNamesGivenTwice() {
        assertRefused(Partitioner::atTensors).hasMessage("no tensor is named to cut at");
        assertRefused(() -> Partitioner.atTensors("a", "b", "a")).hasMessage("tensor 'a' is named twice");
    }

    @Test
    void minimumDistanceTakesTheFirstCutFartherThanTheDistance() {
        // Cuts of a chain lie 1, 2, 3 ... operators from the start: 7 is the first that is more than 6 away.
        Partitioner original = Partitioner.minimumDistance(Partitioner.DEFAULT_MINIMUM_DISTANCE);
        assertThat(Graphs.cutTensors(original.partition(chain(8)))).containsExactly("t7");
        assertThat(Graphs.cutTensors(original.partition(chain(15)))).containsExactly("t7", "t14");
        assertThat(Graphs.cutTensors(original.partition(chain(14)))).containsExactly("t7");
        assertThat(Graphs.cutTensors(Partitioner.minimumDistance(0).partition(chain(3))))
                .containsExactly("t1", "t2");
        assertThat(Graphs.cutTensors(Partitioner.minimumDistance(1).partition(diamond)))
                .containsExactly("tc");
    }

    @Test
    void minimumDistanceGoesTheShortestWay() {
        // A long and a short way from ta to tc: the distance is that of the short one.
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("a", "Op", List.of("x"), List.of("ta"))
                .operator("b1", "Op", List.of("ta"), List.of("t1"))
                .operator("b2", "Op", List.of("t1"), List.of("t2"))
                .operator("b3", "Op", List.of("t2"), List.of("t3"))
                .operator("c", "Op", List.of("t3", "ta"), List.of("tc"))
                .operator("d", "Op", List.of("tc"), List.of("td"))
                .operator("e", "Op", List.of("td"), List.of("y"))
                .output("y")
                .build();
        assertThat(Graphs.cutTensors(Partitioner.minimumDistance(1).partition(Cuts.of(graph))))
                .containsExactly("tc");
        assertThat(Graphs.cutTensors(Partitioner.minimumDistance(2).partition(Cuts.of(graph))))
                .containsExactly("td");
    }

    @Test
    void minimumDistanceSaysWhatIsPossible() {
        assertImpossible(Partitioner.minimumDistance(6), chain(7))
                .hasMessage("no cut is more than 6 operators from the inputs;"
                        + " it can be cut at 't1', 't2', 't3', 't4', 't5', 't6'");
        assertImpossible(Partitioner.minimumDistance(0), chain(1))
                .hasMessage("no cut is more than 0 operators from the inputs; it cannot be cut at a single tensor");
        assertRefused(() -> Partitioner.minimumDistance(-1)).hasMessage("a distance of 0 or more is needed, found -1");
    }

    @Test
    void unusedOperatorsMakeNoDistance() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("u1", "Op", List.of("x"), List.of("u1"))
                .operator("u2", "Op", List.of("u1"), List.of("u2"))
                .operator("a", "Op", List.of("x"), List.of("ta"))
                .operator("b", "Op", List.of("ta"), List.of("tb"))
                .operator("c", "Op", List.of("tb"), List.of("y"))
                .output("y")
                .build();
        assertThat(Graphs.cutTensors(Partitioner.minimumDistance(1).partition(Cuts.of(graph))))
                .containsExactly("tb");
    }

    @Test
    void balancedSaysHowManyPartsArePossible() {
        assertImpossible(Partitioner.balanced(4, OperatorCosts.count()), diamond)
                .hasMessage("4 parts asked, 3 possible: it can be cut at 'ta', 'tc'");
        assertImpossible(Partitioner.balanced(2, OperatorCosts.count()), chain(1))
                .hasMessage("2 parts asked, 1 possible: it cannot be cut at a single tensor");
        assertImpossible(Partitioner.balanced(Integer.MAX_VALUE, OperatorCosts.count()), chain(101))
                .hasMessage("2147483647 parts asked, 101 possible: it can be cut at"
                        + " 't1', 't2', 't3', 't4', 't5', 't6', 't7', 't8', 't9', 't10' and 90 more");
        assertRefused(() -> Partitioner.balanced(0, OperatorCosts.count()))
                .hasMessage("1 part or more is needed, found 0");
    }
}
