package io.pepper.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which arguments select benchmarks, and which are JMH's settings. */
class BenchArgumentsTest {
    @Test
    void patternsAndParametersSelectAndTheRestIsForJmh() {
        BenchArguments arguments = BenchArguments.parse(
                List.of("a", "b", "Open", "-p", "model=x", "-i", "3", "--rounds=4", "--percent=10", "Planner"), 2);
        assertThat(arguments.places()).containsExactly("a", "b");
        assertThat(arguments.selection()).containsExactly("Open", "-p", "model=x", "Planner");
        assertThat(arguments.settings()).containsExactly("-i", "3");
        assertThat(arguments.rounds()).isEqualTo(4);
        assertThat(arguments.share()).isEqualTo(0.1);
    }

    @Test
    void missingSettingsHaveDefaults() {
        BenchArguments arguments = BenchArguments.parse(List.of("a", "b", "Open"), 2);
        assertThat(arguments.settings()).isEqualTo(BenchArguments.SETTINGS);
        assertThat(arguments.share()).isEqualTo(0.05);
    }

    @Test
    void missingAndWrongArgumentsAreRefused() {
        assertThatThrownBy(() -> BenchArguments.parse(List.of("a"), 2)).hasMessageContaining("2 paths are needed");
        assertThatThrownBy(() -> BenchArguments.parse(List.of("a", "b"), 2)).hasMessageContaining("pattern is needed");
        for (String wrong : List.of("--rounds=0", "--rounds=x", "--percent=-1", "--percent=NaN", "-i")) {
            assertThatThrownBy(() -> BenchArguments.parse(List.of("a", "b", "Open", wrong), 2))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aCheckoutThatIsNotBuiltIsNamedWithTheCommand() {
        assertThatThrownBy(() -> new Checkout(java.nio.file.Path.of("nowhere")))
                .hasMessageContaining("nowhere")
                .hasMessageContaining("mvn -pl pepper-bench");
    }
}
