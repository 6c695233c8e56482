package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerificationOptionsTest {
    private final VerificationOptions.Builder builder = VerificationOptions.builder();

    @Test
    void defaultsAreTheConstants() {
        VerificationOptions options = VerificationOptions.defaults();
        assertThat(options.seed()).isEqualTo(VerificationOptions.DEFAULT_SEED);
        assertThat(options.trials()).isEqualTo(VerificationOptions.DEFAULT_TRIALS);
        assertThat(options.intraOpThreads()).isEqualTo(VerificationOptions.DEFAULT_INTRA_OP_THREADS);
        assertThat(options.optimization()).isEqualTo(OptimizationLevel.NONE);
        assertThat(options.shapes()).isEmpty();
        assertThat(options.dimensions()).isEmpty();
        assertThat(options.inputs()).isEmpty();
    }

    @Test
    void settersRefuseAtOnce() {
        assertThatThrownBy(() -> builder.trials(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.intraOpThreads(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.tolerance(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.tolerance(0, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.withShape("x", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.withDimension("n", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.optimization(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.withInput("x", FloatBuffer.allocate(3), 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs 4 values, found 3");
        assertThatThrownBy(() -> builder.withInput("x", List.of("a"), Long.MAX_VALUE, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too many");
    }
}
