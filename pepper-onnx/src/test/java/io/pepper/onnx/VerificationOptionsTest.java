package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.VerificationOptions;
import io.pepper.model.InputShapes;
import io.pepper.model.OptimizationLevel;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerificationOptionsTest {
    private final VerificationOptions defaults = VerificationOptions.DEFAULTS;

    @Test
    void defaultsAreSafe() {
        assertThat(defaults.trials()).isPositive();
        assertThat(defaults.threads()).isOne();
        assertThat(defaults.optimization()).isEqualTo(OptimizationLevel.NONE);
        assertThat(defaults.onlyUnchanged()).isFalse();
        assertThat(defaults.sizes()).isEqualTo(InputShapes.NONE);
        assertThat(defaults.inputs()).isEmpty();
    }

    @Test
    void invalidOptionsAreRefusedImmediately() {
        assertThatThrownBy(() -> defaults.withTrials(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withThreads(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withTolerance(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withTolerance(0, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withOptimization(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> defaults.withInput("x", FloatBuffer.allocate(3), 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs 4 values, found 3");
        assertThatThrownBy(() -> defaults.withInput("x", List.of("a"), Long.MAX_VALUE, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too many");
    }
}
