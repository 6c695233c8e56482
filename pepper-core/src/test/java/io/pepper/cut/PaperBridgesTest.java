package io.pepper.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.PaperBridges.Bridge;
import io.pepper.cut.PaperBridges.Operator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaperBridgesTest {
    private static List<String> names(String written) {
        return List.of(written.split(",", -1));
    }

    /** A case as the generator beside the file wrote it. */
    private static final class Case {
        private List<String> inputs = List.of();
        private List<String> outputs = List.of();
        private final List<Operator> operators = new ArrayList<>();
        private final List<Bridge> bridges = new ArrayList<>();
    }

    private static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        try (InputStream in = PaperBridgesTest.class.getResourceAsStream("original_bridges.txt")) {
            assertThat(in).isNotNull();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                String[] fields = line.split(";", -1);
                switch (fields[0]) {
                    case "case" -> {
                        Case next = new Case();
                        next.inputs = names(fields[1]);
                        next.outputs = names(fields[2]);
                        cases.add(next);
                    }
                    case "operator" ->
                        cases.get(cases.size() - 1)
                                .operators
                                .add(new Operator(fields[1], names(fields[2]), names(fields[3])));
                    case "bridge" ->
                        cases.get(cases.size() - 1)
                                .bridges
                                .add(new Bridge(fields[1], fields[2], Integer.parseInt(fields[3])));
                    default -> assertThat(line).isEmpty();
                }
            }
        }
        return cases;
    }

    @Test
    void findsWhatTheOriginalFinds() throws IOException {
        List<Case> cases = cases();
        assertThat(cases).hasSize(400);
        for (Case known : cases) {
            assertThat(PaperBridges.of(known.operators, known.inputs, known.outputs)
                            .bridges())
                    .as("%s", known.operators)
                    .isEqualTo(known.bridges);
        }
    }

    @Test
    void choosesBridgesAtAMinimumDistance() {
        PaperBridges found = chain(22);
        assertThat(found.bridges()).hasSize(21);
        assertThat(found.atDistance(6).stream().map(Bridge::depth)).containsExactly(7, 14, 21);
        assertThat(found.atDistance(0)).isEqualTo(found.bridges());
        assertThatThrownBy(() -> found.atDistance(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void missesTheTensorThatTwoOperatorsRead() {
        List<Operator> operators = List.of(
                new Operator("a", List.of("x"), List.of("ta")),
                new Operator("b", List.of("ta"), List.of("tb")),
                new Operator("c", List.of("ta", "tb"), List.of("y")));
        assertThat(PaperBridges.of(operators, List.of("x"), List.of("y")).bridges())
                .isEmpty();
    }

    @Test
    void takesOperatorsOfOneNameForOne() {
        List<Operator> operators = List.of(
                new Operator("same", List.of("x"), List.of("a")),
                new Operator("same", List.of("a"), List.of("b")),
                new Operator("c", List.of("b"), List.of("y")));
        assertThat(bridgesOf(operators)).containsExactly(new Bridge("same", "c", 1));
    }

    @Test
    void takesAnOperatorNamedLikeAnUnnamedOneForIt() {
        List<Operator> operators = List.of(
                new Operator("", List.of("x"), List.of("a")),
                new Operator("dummy_0", List.of("a"), List.of("b")),
                new Operator("c", List.of("b"), List.of("y")));
        assertThat(bridgesOf(operators)).containsExactly(new Bridge("dummy_0", "c", 1));
    }

    @Test
    void takesAnOperatorNamedLikeAnInputForAnInput() {
        List<Operator> operators = List.of(
                new Operator("input_0", List.of("x"), List.of("a")),
                new Operator("b", List.of("a"), List.of("b")),
                new Operator("c", List.of("b"), List.of("y")));
        assertThat(bridgesOf(operators)).containsExactly(new Bridge("b", "c", 1));
    }

    @Test
    void leavesOutWhatTheFirstInputDoesNotReach() {
        List<Operator> operators = List.of(
                new Operator("a", List.of("late"), List.of("ta")),
                new Operator("b", List.of("ta"), List.of("tb")),
                new Operator("c", List.of("x", "tb"), List.of("tc")),
                new Operator("d", List.of("tc"), List.of("y")));
        assertThat(PaperBridges.of(operators, List.of("x", "late"), List.of("y"))
                        .bridges())
                .containsExactly(new Bridge("c", "d", 1));
    }

    private static List<Bridge> bridgesOf(List<Operator> operators) {
        return PaperBridges.of(operators, List.of("x"), List.of("y")).bridges();
    }

    @Test
    void takesADepthThatTheOriginalOverflowsOn() {
        assertThat(chain(100_000).bridges()).hasSize(99_999);
    }

    private static PaperBridges chain(int count) {
        List<Operator> operators = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            operators.add(new Operator("", List.of("t" + i), List.of("t" + (i + 1))));
        }
        return PaperBridges.of(operators, List.of("t0"), List.of("t" + count));
    }
}
