package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code pepper demo} from the model to the simulated plan. */
class DemoCommandTest extends CommandTest {
    @Test
    void theDemoMeasuresPlansWritesAndVerifiesAndCanRunAgain() {
        Path demo = directory.resolve("demo");
        assertThat(run("demo", "--out", demo)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("verified: the parts compute exactly the same as the whole model");
        assertThat(out.toString())
                .contains("measured on this machine: 21 runs of 6 segments", "optimal by these figures");
        assertThat(demo.resolve("parts").resolve("partition.json")).exists();
        assertThat(demo.resolve("plan.html")).content().contains("One inference", "camera → here");
        assertThat(demo.resolve("runs")).doesNotExist();
        assertThat(run("simulate", demo.resolve("parts"), "--every", 0.05, "--count", 100))
                .isZero();
        assertThat(out.toString()).contains("100 requests, 0 lost", "device or link");
        assertThat(run("demo", "--out", demo)).as("again").isZero();
    }
}
