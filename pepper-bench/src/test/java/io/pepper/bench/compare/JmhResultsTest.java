package io.pepper.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What JMH writes becomes a value for each fork, and what is no such file is refused by name. */
class JmhResultsTest {
    @TempDir
    Path directory;

    @Test
    void aForkCountsWithTheMedianOfItsIterations() throws IOException {
        Measured one = only(result("\"params\": {\"size\": \"20x5\", \"model\": \"chain\"},", "[[3, 1, 9], [4, 2]]"));
        assertThat(one.benchmark()).isEqualTo("OpenBenchmark.open(model=chain, size=20x5)");
        assertThat(one.unit()).isEqualTo("ms/op");
        assertThat(one.values()).containsExactly(3, 3);
    }

    @Test
    void aBenchmarkWithoutParametersHasAPlainName() throws IOException {
        assertThat(only(result("", "[[1.5]]")).benchmark()).isEqualTo("OpenBenchmark.open");
    }

    @Test
    void scoresThatAreNoPositiveNumbersAreRefused() throws IOException {
        for (String score : List.of("\"NaN\"", "0", "-1", "null", "1e999")) {
            Path file = write(result("", "[[1, " + score + "]]"));
            assertThatThrownBy(() -> JmhResults.read(file))
                    .as(score)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("OpenBenchmark.open")
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void resultsWithoutRawDataAndOtherFilesAreRefused() throws IOException {
        Path empty = write(result("", "[]"));
        assertThatThrownBy(() -> JmhResults.read(empty)).hasMessageContaining("no rawData");
        Path noIterations = write(result("", "[[]]"));
        assertThatThrownBy(() -> JmhResults.read(noIterations)).hasMessageContaining("without iterations");
        Path object = write("{}");
        assertThatThrownBy(() -> JmhResults.read(object)).hasMessageContaining("an array is needed");
    }

    @Test
    void roundsOfOneUnitAreJoinedAndOthersRefused() {
        Measured first = new Measured("a", "ms/op", new double[] {1});
        assertThat(first.and(new Measured("a", "ms/op", new double[] {2})).values())
                .containsExactly(1, 2);
        Measured other = new Measured("a", "us/op", new double[] {2});
        assertThatThrownBy(() -> first.and(other)).hasMessageContaining("ms/op and in us/op");
    }

    private Measured only(String json) throws IOException {
        List<Measured> all = JmhResults.read(write(json));
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private Path write(String json) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "jmh", ".json"), json);
    }

    private static String result(String parameters, String rawData) {
        return "[{\"benchmark\": \"io.pepper.bench.OpenBenchmark.open\", " + parameters
                + "\"primaryMetric\": {\"scoreUnit\": \"ms/op\", \"rawData\": " + rawData + "}}]";
    }
}
