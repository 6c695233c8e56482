package io.pepper.onnx.internal.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OperatorFormulasTest {
    private static final List<String> EQUATIONS = List.of(
            "ij,jk",
            "ij,jk->ik",
            "ij,jk,kl->il",
            "ab,bc,cd,de->ae",
            "i,i,i->i",
            "ij,kl->",
            "...i,...i->...",
            "abc,cd,ab->",
            "ii,ij->j",
            "ab,cd,ef,gh,ij->",
            "i->");

    @Test
    void formulasAgreeWithCountsByHand() {
        List<OperatorCases.Case> cases = OperatorCases.all();
        for (OperatorCases.Case one : cases) {
            assertThat(one.call().estimate())
                    .as(one.call().type())
                    .isEqualTo(new Estimate.Known(new Work(one.macs(), one.flops())));
        }
        Set<String> tried = cases.stream().map(one -> one.call().type()).collect(Collectors.toCollection(TreeSet::new));
        assertThat(tried)
                .containsExactlyElementsOf(OperatorFormulas.descriptions().stream()
                        .map(description -> description.domain() + ":" + description.type())
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void sayWhichSizeIsMissing() {
        assertThat(Call.of("Conv")
                        .in(1, 4, 5, 5)
                        .in(8, 4, 3, 3)
                        .out(-1, 8, 5, 5)
                        .estimate())
                .isEqualTo(new Estimate.SizesMissing("out0"));
        assertThat(Call.of("Conv").in(1, 4, 5, 5).unknown().out(1, 8, 5, 5).estimate())
                .isEqualTo(new Estimate.SizesMissing("in1"));
        assertThat(Call.of("MatMul").in(2, -1).in(3, 4).out(2, 4).estimate())
                .isEqualTo(new Estimate.SizesMissing("in0"));
        assertThat(Call.of("Relu").estimate()).isEqualTo(new Estimate.SizesMissing("Relu 'op'"));
    }

    @Test
    void unknownOperatorsAreNotGuessed() {
        assertThat(Call.of("NonMaxSuppression").out(1).estimate()).isEqualTo(new Estimate.NotCovered());
        assertThat(Call.of("custom", "Conv").out(1).estimate()).isEqualTo(new Estimate.NotCovered());
        assertThat(Call.of("ai.onnx", "Relu").in(2).out(2).estimate())
                .as("ONNX's own domain has two names")
                .isEqualTo(new Estimate.Known(new Work(0, 2)));
        assertThat(OperatorFormulas.covers("", "Conv")).isTrue();
        assertThat(OperatorFormulas.covers("", "TopK")).isFalse();
        assertThat(OperatorFormulas.isCheap("", "Unsqueeze")).isTrue();
        assertThat(OperatorFormulas.isCheap("", "MatMul")).isFalse();
        assertThat(OperatorFormulas.isCheap("", "TopK")).isFalse();
    }

    @Test
    void hostileOperatorsCauseNoExceptions() {
        long much = Long.MAX_VALUE / 2;
        Random random = new Random(7);
        for (OperatorFormulas.Description description : OperatorFormulas.descriptions()) {
            for (int round = 0; round < 60; round++) {
                Call call = Call.of(description.domain(), description.type());
                for (int input = random.nextInt(9); input > 0; input--) {
                    call = random.nextInt(4) == 0 ? call.skip() : call.in(dims(random, much));
                }
                for (int output = random.nextInt(3); output > 0; output--) {
                    call = call.out(dims(random, much));
                }
                for (String name :
                        List.of("group", "num_heads", "q_num_heads", "kv_num_heads", "K", "size", "transA")) {
                    call = random.nextBoolean() ? call.with(name, random.nextInt(5) - 2L) : call;
                }
                call = random.nextBoolean() ? call.ints("kernel_shape", dims(random, much)) : call;
                call = call.with(
                        "equation",
                        List.of("", "ij,jk", "...i->", "i,i,i->i", "->", ",,").get(round % 6));
                Estimate estimate = call.estimate();
                if (estimate instanceof Estimate.Known known) {
                    assertThat(known.work().macs()).as(description.type()).isNotNegative();
                    assertThat(known.work().flops()).as(description.type()).isNotNegative();
                } else {
                    assertThat(estimate).isInstanceOf(Estimate.SizesMissing.class);
                }
            }
        }
    }

    private static long[] dims(Random random, long much) {
        long[] dims = new long[random.nextInt(6)];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = switch (random.nextInt(6)) {
                case 0 -> 0;
                case 1 -> much;
                case 2 -> -1;
                default -> random.nextInt(9);
            };
        }
        return dims;
    }

    @Test
    void countAMultiplyAccumulateAsTwoOperationsAtLeast() {
        Random random = new Random(11);
        for (OperatorFormulas.Description description : OperatorFormulas.descriptions()) {
            for (int round = 0; round < 400; round++) {
                Call call = Call.of(description.domain(), description.type());
                int rank = 1 + random.nextInt(5);
                for (int input = 1 + random.nextInt(9); input > 0; input--) {
                    call = random.nextInt(6) == 0 ? call.skip() : call.in(small(random, rank));
                }
                for (int output = 1 + random.nextInt(3); output > 0; output--) {
                    call = call.out(small(random, rank));
                }
                for (String name : List.of("group", "num_heads", "q_num_heads", "kv_num_heads", "K", "size")) {
                    call = call.with(name, 1 + random.nextInt(4));
                }
                call = call.ints("kernel_shape", small(random, 2));
                call = call.with("equation", EQUATIONS.get(round % EQUATIONS.size()));
                if (call.estimate() instanceof Estimate.Known known) {
                    Work work = known.work();
                    assertThat(work.flops()).as(description.type()).isGreaterThanOrEqualTo(2 * work.macs());
                }
            }
        }
    }

    private static long[] small(Random random, int rank) {
        return random.longs(rank, 1, 6).toArray();
    }

    @Test
    void flopsOfConvolutionsEqualTheStepsOfTheirLoops() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            int batch = 1 + random.nextInt(2);
            int group = 1 + random.nextInt(3);
            int channels = group * (1 + random.nextInt(3));
            int filters = group * (1 + random.nextInt(3));
            int kernel = 1 + random.nextInt(3);
            int size = kernel + random.nextInt(4);
            int stride = 1 + random.nextInt(2);
            int out = (size - kernel) / stride + 1;
            long steps = 0;
            for (int n = 0; n < batch; n++) {
                for (int m = 0; m < filters; m++) {
                    for (int y = 0; y + kernel <= size; y += stride) {
                        for (int x = 0; x + kernel <= size; x += stride) {
                            for (int c = 0; c < channels / group; c++) {
                                steps += (long) kernel * kernel;
                            }
                        }
                    }
                }
            }
            Call call = Call.of("Conv")
                    .in(batch, channels, size, size)
                    .in(filters, channels / group, kernel, kernel)
                    .with("group", group)
                    .out(batch, filters, out, out);
            assertThat(call.estimate()).isEqualTo(new Estimate.Known(new Work(steps, 2 * steps)));
        }
    }

    @Test
    void flopsOfEinsumEqualTheStepsOfItsLoops() {
        assertThat(Call.of("Einsum")
                        .in(2, 3, 4)
                        .in(2, 4, 5)
                        .with("equation", "bij, bjk -> bik")
                        .out(2, 3, 5)
                        .estimate())
                .isEqualTo(new Estimate.Known(new Work(120, 240)));
        assertThat(Call.of("Einsum")
                        .in(7, 2, 3)
                        .in(7, 3, 4)
                        .with("equation", "...ij,...jk->...ik")
                        .out(7, 2, 4)
                        .estimate())
                .isEqualTo(new Estimate.Known(new Work(168, 336)));
        assertThat(Call.of("Einsum")
                        .in(7, 1, 2, 3)
                        .in(5, 3, 4)
                        .with("equation", "...ij,...jk")
                        .out(7, 5, 2, 4)
                        .estimate())
                .as("dots broadcast from the right")
                .isEqualTo(new Estimate.Known(new Work(840, 1680)));
        assertThat(Call.of("Einsum")
                        .in(2, 3)
                        .in(3, 4)
                        .in(4, 5)
                        .with("equation", "ij,jk,kl->il")
                        .out(2, 5)
                        .estimate())
                .as("two products one after the other: 2 × 3 × 4 and 2 × 4 × 5 steps")
                .isEqualTo(new Estimate.Known(new Work(64, 128)));
        assertThat(Call.of("Einsum")
                        .in(2, 3, 5)
                        .in(3, 4)
                        .with("equation", "ijm,jk->ik")
                        .out(2, 4)
                        .estimate())
                .as("m is summed before the product: 30 sums, then 2 × 3 × 4 steps")
                .isEqualTo(new Estimate.Known(new Work(24, 48 + 30)));
        assertThat(Call.of("Einsum")
                        .in(1, 3, 2)
                        .in(2, 2, 4)
                        .with("equation", "bij,bjk->bik")
                        .out(2, 3, 4)
                        .estimate())
                .as("a size of 1 is repeated")
                .isEqualTo(new Estimate.Known(new Work(48, 96)));
        assertThat(Call.of("Einsum")
                        .in(2, 3)
                        .with("equation", "ij->ji")
                        .out(3, 2)
                        .estimate())
                .isEqualTo(new Estimate.Known(Work.NONE));
        assertThat(Call.of("Einsum").in(2, 3).with("equation", "ij->i").out(2).estimate())
                .isEqualTo(new Estimate.Known(new Work(0, 6)));
        assertThat(Call.of("Einsum")
                        .in(2, 3)
                        .in(3)
                        .with("equation", "ij->i")
                        .out(2)
                        .estimate())
                .isEqualTo(new Estimate.SizesMissing("in0"));
        assertThat(Call.of("Einsum").in(2, 3).with("equation", "ijk->i").out(2).estimate())
                .isEqualTo(new Estimate.SizesMissing("in0"));
    }

    @Test
    void formulasAreThoseOfTheDocument() throws IOException {
        StringBuilder table = new StringBuilder();
        for (OperatorFormulas.Description description : OperatorFormulas.descriptions()) {
            String domain = description.domain().isEmpty() ? "" : description.domain() + ".";
            table.append("| ").append(domain).append(description.type());
            table.append(" | ").append(description.formula());
            table.append(" | ").append(description.source()).append(" |\n");
        }
        Path document = Path.of("..", "docs", "operator-costs.md");
        String written = Files.readString(document, StandardCharsets.UTF_8);
        Path expected = Path.of("target", "operator-costs-table.md");
        Files.writeString(expected, table);
        assertThat(written)
                .as("the table of %s; it should be that of %s", document, expected)
                .contains(table);
    }
}
