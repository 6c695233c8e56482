package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0.000 ms, 0.0, 0 B",
        "1.2345, 1234.500 ms, 1.2, 1.2 B",
        "1e-6, 0.001 ms, 1.00e-06, 0.0 B",
        "4e-9, 0.00400 µs, 4.00e-09, 0.0 B",
        "1536, 1.54e+03 s, 1536.0, 1.5 KiB",
        "1e300, 1.00e+300 s, 1.00e+300, 8.67e+281 EiB",
        "Infinity, ∞ s, ∞, ∞ EiB",
        "NaN, NaN s, NaN, NaN B",
    })
    void areWrittenWithUnitsAndExponents(double value, String time, String rate, String bytes) {
        assertThat(Amounts.time(value)).isEqualTo(time);
        assertThat(Amounts.rate(value)).isEqualTo(rate);
        assertThat(Amounts.bytes(value)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MAX_VALUE, Double.MIN_VALUE, 1e15, 1e-15, 99_999.9999, 1_048_575.9, 0.00099999})
    void neverFillALine(double value) {
        assertThat(Amounts.time(value)).hasSizeLessThan(16);
        assertThat(Amounts.rate(value)).hasSizeLessThan(16);
        assertThat(Amounts.bytes(value)).hasSizeLessThan(16);
    }

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
