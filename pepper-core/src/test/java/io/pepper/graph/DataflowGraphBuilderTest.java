package io.pepper.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a builder refuses, and in which words. */
class DataflowGraphBuilderTest {
    private final DataflowGraph.Builder builder = DataflowGraph.builder().input("x");

    private static AbstractThrowableAssert<?, ?> assertInvalid(ThrowingCallable action) {
        return assertThatThrownBy(action).isInstanceOf(InvalidGraphException.class);
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(ThrowingCallable action) {
        return assertThatThrownBy(action).isExactlyInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnOperatorThatNeedsItself() {
        builder.operator("loop", "Op", List.of("x", "y"), List.of("y"));
        assertInvalid(builder::build).hasMessage("operators need each other in a cycle: 'loop' needs 'loop'");
    }

    @Test
    void refusesACycleAndNamesItAlone() {
        builder.operator("before", "Op", List.of("c"), List.of("z"))
                .operator("a", "Op", List.of("x", "c"), List.of("a"))
                .operator("", "Relu", List.of("a"), List.of("b"))
                .operator("c", "Op", List.of("b"), List.of("c"));
        assertInvalid(builder::build)
                .hasMessage("operators need each other in a cycle: 'c' needs 'Relu#2' needs 'a' needs 'c'");
    }

    @Test
    void namesOnlyTheFirstOfALongCycle() {
        for (int i = 0; i < 100; i++) {
            builder.operator("op" + i, "Op", List.of("t" + (i + 1) % 100), List.of("t" + i));
        }
        assertInvalid(builder::build)
                .hasMessageContaining("'op0' needs 'op1' needs")
                .hasMessageContaining("'op7' needs '... (100 operators)'")
                .hasMessageNotContaining("op8'");
    }

    @Test
    void refusesTwoProducers() {
        builder.operator("a", "Op", List.of("x"), List.of("t"));
        assertInvalid(() -> builder.operator("", "Conv", List.of("x"), List.of("u", "t")))
                .hasMessage("tensor 't' has two producers: operator 'a' and operator 'Conv#1'");
        assertInvalid(() -> builder.operator("b", "Split", List.of("x"), List.of("v", "v")))
                .hasMessage("tensor 'v' has two producers: operator 'b' and operator 'b'");
    }

    @Test
    void refusesAnInputThatIsMade() {
        builder.operator("a", "Op", List.of("x"), List.of("t"));
        assertInvalid(() -> builder.input("t"))
                .hasMessage("tensor 't' has two producers: operator 'a' and the graph's inputs");
        assertInvalid(() -> builder.operator("b", "Op", List.of(), List.of("x")))
                .hasMessage("tensor 'x' has two producers: the graph's inputs and operator 'b'");
        assertInvalid(() -> builder.input("x"))
                .hasMessage("tensor 'x' has two producers: the graph's inputs and the graph's inputs");
    }

    @Test
    void refusesTensorsWithoutAProducer() {
        builder.operator("a", "Op", List.of("x", "ghost"), List.of("t"));
        assertInvalid(builder::build)
                .hasMessage(
                        "operator 'a' reads tensor 'ghost', which is neither an input nor the result of an operator");
        DataflowGraph.Builder other = DataflowGraph.builder().output("ghost");
        assertInvalid(other::build).hasMessage("output 'ghost' is neither an input nor the result of an operator");
    }

    @Test
    void refusesEmptyTensorNames() {
        String message = "a tensor needs a name, found an empty one";
        assertRefused(() -> builder.input("")).hasMessage(message);
        assertRefused(() -> builder.output("")).hasMessage(message);
        assertRefused(() -> builder.operator("a", "Op", List.of(""), List.of("t")))
                .hasMessage(message);
        assertRefused(() -> builder.operator("a", "Op", List.of("x"), List.of("")))
                .hasMessage(message);
    }

    @Test
    void refusesAnOutputNamedTwice() {
        builder.output("x");
        assertRefused(() -> builder.output("x")).hasMessage("tensor 'x' is named as an output twice");
    }

    /** A refused operator used to leave half of itself behind, so that later operators got its reads and writes. */
    @Test
    void refusedCallsLeaveTheBuilderUnchanged() {
        List<ThrowingCallable> refused = List.of(
                () -> builder.operator("bad", "Op", List.of("ghost", ""), List.of("u")),
                () -> builder.operator("bad", "Op", List.of("ghost"), List.of("u", "")),
                () -> builder.operator("bad", "Op", List.of("ghost"), List.of("u", "x")),
                () -> builder.operator("bad", "Op", List.of("ghost"), List.of("u", "u")),
                () -> builder.operator("bad", "Op", List.of("ghost"), nulls()),
                () -> builder.operator(null, "Op", List.of("ghost"), List.of("u")),
                () -> builder.operator("bad", null, List.of("ghost"), List.of("u")));
        for (ThrowingCallable action : refused) {
            assertThatThrownBy(action).isInstanceOf(RuntimeException.class);
        }
        DataflowGraph graph = builder.operator("good", "Op", List.of("x"), List.of("u"))
                .output("u")
                .build();
        assertThat(graph.operatorCount()).isEqualTo(1);
        assertThat(graph.tensorCount()).isEqualTo(2);
        assertThat(graph.operatorName(0)).isEqualTo("good");
        assertThat(graph.reads(0)).containsExactly(0);
        assertThat(graph.writes(0)).containsExactly(1);
        assertThat(graph.outputs()).containsExactly(1);
    }

    @Test
    void canBeMendedAfterAFailedBuild() {
        builder.operator("a", "Op", List.of("late"), List.of("t"));
        assertInvalid(builder::build);
        assertThat(builder.input("late").build().inputs()).containsExactly(0, 1);
    }

    @Test
    void givenListsAreCopied() {
        List<String> reads = new ArrayList<>(List.of("x"));
        builder.operator("a", "Op", reads, List.of("t"));
        reads.add("ghost");
        assertThat(builder.build().reads(0)).containsExactly(0);
    }

    private static List<String> nulls() {
        List<String> list = new ArrayList<>();
        list.add("u");
        list.add(null);
        return list;
    }
}
