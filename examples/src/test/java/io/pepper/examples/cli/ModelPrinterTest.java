package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ModelPrinterTest {
    @Test
    void namesSomeOperatorSetsAndCountsTheRest() {
        Map<String, Long> opsets = new TreeMap<>(Map.of("ai.onnx", 17L));
        assertThat(ModelPrinter.opsets(opsets)).isEqualTo("ai.onnx 17");
        for (int i = 0; i < 1_000; i++) {
            opsets.put("a" + i, 1L);
        }
        assertThat(ModelPrinter.opsets(opsets))
                .startsWith("ai.onnx 17, a0 1, a1 1")
                .endsWith(" and 995 more");
    }
}
