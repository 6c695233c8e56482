package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CandidateCutsTest {
    private static final int OPERATORS = 12;

    /** t0 to t10 are its cuts; t5 alone is small. */
    private static Cuts chain() {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("x");
        String last = "x";
        for (int i = 0; i < OPERATORS; i++) {
            builder.operator("o" + i, "Op", List.of(last), List.of("t" + i));
            last = "t" + i;
        }
        DataflowGraph graph = builder.output(last).build();
        return Cuts.of(
                graph,
                CutOptions.DEFAULTS.withTensorBytes(
                        tensor -> OptionalLong.of(graph.tensorName(tensor).equals("t5") ? 1 : 100)));
    }

    private static List<String> names(List<Cut> cuts) {
        return cuts.stream().map(Graphs::tensor).toList();
    }

    @Test
    void allCutsAreKeptIfThereAreNoMoreThanAllowed() {
        Cuts cuts = chain();
        assertThat(CandidateCuts.choose(cuts, OperatorCosts.count(), OPERATORS - 1))
                .isEqualTo(cuts.list());
        assertThatThrownBy(() -> CandidateCuts.choose(cuts, OperatorCosts.count(), 0))
                .hasMessage("1 cut or more is to be kept, found 0");
    }

    @Test
    void keepsTheCutWithTheFewestBytesOfEachStretch() {
        assertThat(names(CandidateCuts.choose(chain(), OperatorCosts.count(), 3)))
                .as("stretches of four operators: the first of each, but t5 in the second")
                .containsExactly("t0", "t5", "t7");
        assertThat(names(CandidateCuts.choose(chain(), OperatorCosts.count(), 1)))
                .containsExactly("t5");
    }

    @Test
    void stretchesAreEqualByCost() {
        long[] costs = new long[OPERATORS];
        costs[OPERATORS - 1] = 1; // all before it costs nothing: one stretch
        assertThat(names(CandidateCuts.choose(chain(), OperatorCosts.perOperator(costs), 4)))
                .containsExactly("t5");
        assertThat(CandidateCuts.choose(chain(), OperatorCosts.perOperator(new long[OPERATORS]), 4))
                .as("without costs by number")
                .hasSize(4);
    }

    @Test
    void choiceIsBoundedAndDeterministic() {
        Random random = new Random(3);
        Cuts cuts = chain();
        for (int trial = 0; trial < 500; trial++) {
            long[] costs = random.longs(OPERATORS, 0, 50).toArray();
            int most = 1 + random.nextInt(OPERATORS);
            List<Cut> chosen = CandidateCuts.choose(cuts, OperatorCosts.perOperator(costs), most);
            assertThat(chosen).isNotEmpty().hasSizeLessThanOrEqualTo(most).isSubsetOf(cuts.list());
            assertThat(CandidateCuts.choose(cuts, OperatorCosts.perOperator(costs), most))
                    .isEqualTo(chosen);
        }
    }
}
