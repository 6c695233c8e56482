package io.pepper.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JMH's listing becomes one case for each combination of parameters. */
class CaseTest {
    @Test
    void eachCombinationOfParametersIsACase() {
        List<Case> cases = Case.parse(List.of(
                "Benchmarks: ",
                "io.pepper.bench.PlannerBenchmark.fleet",
                "io.pepper.bench.RunBenchmark.parts",
                "  param \"model\" = {chain, resnet50}",
                "  param \"parts\" = {2, 32}"));
        assertThat(cases.stream().map(Case::name))
                .containsExactly(
                        "PlannerBenchmark.fleet",
                        "RunBenchmark.parts(model=chain, parts=2)",
                        "RunBenchmark.parts(model=chain, parts=32)",
                        "RunBenchmark.parts(model=resnet50, parts=2)",
                        "RunBenchmark.parts(model=resnet50, parts=32)");
    }

    @Test
    void jmhIsToldToRunTheCaseAlone() {
        Case one = new Case("io.pepper.bench.RunBenchmark.parts", Map.of("parts", "2", "model", "chain"));
        List<String> arguments = one.arguments();
        assertThat("io.pepper.bench.RunBenchmark.parts").containsPattern(arguments.get(0));
        assertThat("io.pepper.bench.RunBenchmark.partsTwice").doesNotContainPattern(arguments.get(0));
        assertThat(arguments.subList(1, 5)).containsExactly("-p", "model=chain", "-p", "parts=2");
    }

    @Test
    void aListingWithoutBenchmarksHasNoCases() {
        assertThat(Case.parse(List.of("Benchmarks: "))).isEmpty();
    }
}
