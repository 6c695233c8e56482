package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTextTest {
    @Test
    void readsWhatItWrites() {
        List<Kernel> kernels = List.of(
                Kernel.builder(KernelFamily.CONVOLUTION)
                        .times(3)
                        .flops(1.5)
                        .outputBytes(4)
                        .weightBytes(1e18)
                        .depth(576)
                        .channels(64)
                        .window(9)
                        .groups(1)
                        .build(),
                Kernel.of(KernelFamily.VIEW, 0, 0, 0));
        String text = KernelText.write(kernels);
        assertThat(text).isEqualTo("convolution:3:1.5::4:1.0E18:576:64:9:1 view:1:0:0:0:0:0:0:0:0");
        assertThat(KernelText.read("kernels", text)).isEqualTo(kernels);
        assertThat(KernelText.read("kernels", "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "convolution",
                "nothing:1:0:0:0:0:0:0:0:0",
                "view:0:0:0:0:0:0:0:0:0",
                "view:1:-1:0:0:0:0:0:0:0",
                "view:1:x:0:0:0:0:0:0:0",
                "view:1:0:0:0:0:0:0:0:0  view:1:0:0:0:0:0:0:0:0"
            })
    void textThatIsNoKernelIsRefused(String text) {
        assertThatThrownBy(() -> KernelText.read("kernels", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("kernels: '");
    }
}
