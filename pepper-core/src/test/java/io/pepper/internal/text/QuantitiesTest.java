package io.pepper.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0 B, 0 s",
        "1, 1, 1 B, 1 s",
        "0.0412, 0.0412, 0.0412 B, 41.2 ms",
        "0.0004999, 0.0005, 0.0005 B, 500 µs",
        "0.9996, 1, 1 B, 1 s",
        "0.00099999, 0.001, 0.001 B, 1 ms",
        "12.345, 12.3, 12.3 B, 12.3 s",
        "1023, 1023, 1023 B, 1023 s",
        "1023.9, 1024, 1 KiB, 1024 s",
        "1536, 1536, 1.5 KiB, 1536 s",
        "999999, 999999, 977 KiB, 999999 s",
        "1048575, 1.05e+06, 1 MiB, 1.05e+06 s",
        "2000000, 2e+06, 1.91 MiB, 2e+06 s",
        "1e300, 1e+300, 8.67e+281 EiB, 1e+300 s",
        "1e-12, 1e-12, 1e-12 B, 1e-06 µs",
        "4.9e-324, 4.9e-324, 4.9e-324 B, 4.94e-318 µs",
        "Infinity, ∞, ∞ EiB, never",
        "NaN, ?, ? B, ? s",
    })
    void haveThreeDigitsAndAUnit(double value, String number, String bytes, String seconds) {
        assertThat(Quantities.number(value)).isEqualTo(number);
        assertThat(Quantities.bytes(value)).isEqualTo(bytes);
        assertThat(Quantities.seconds(value)).isEqualTo(seconds);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 FLOPs",
        "999, 999 FLOPs",
        "1000, 1 kFLOPs",
        "1820000000, 1.82 GFLOPs",
        "999960, 1 MFLOPs",
        "9223372036854775807, 9.22 EFLOPs"
    })
    void countsHaveDecimalPrefixes(long count, String text) {
        assertThat(Quantities.decimal(OptionalLong.of(count), "FLOPs")).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 %", "1, 100 %", "0.75, 75 %", "0.08123, 8.12 %", "-0.5, -50 %", "NaN, ? %"})
    void sharesArePercent(double share, String text) {
        assertThat(Quantities.percent(share)).isEqualTo(text);
    }

    @Test
    void theUnknownIsAQuestionMark() {
        assertThat(Quantities.bytes(OptionalLong.empty())).isEqualTo("? B");
        assertThat(Quantities.decimal(OptionalLong.empty(), "MACs")).isEqualTo("? MACs");
        assertThat(Quantities.percent(OptionalDouble.empty())).isEqualTo("?");
        assertThat(Quantities.percents(OptionalDouble.empty())).isEqualTo("?");
        assertThat(Quantities.percents(OptionalDouble.of(12.5))).isEqualTo("12.5 %");
        assertThat(Quantities.percent(OptionalDouble.of(0.125))).isEqualTo("12.5 %");
        assertThat(Quantities.number(OptionalDouble.empty())).isEqualTo("?");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MAX_VALUE, Double.MIN_VALUE, 1e15, 1e-15, 99_999.9999, 1_048_575.9, 0.00099999})
    void stayShort(double value) {
        assertThat(Quantities.seconds(value)).hasSizeLessThanOrEqualTo(16);
        assertThat(Quantities.number(value)).hasSizeLessThanOrEqualTo(16);
        assertThat(Quantities.bytes(value)).hasSizeLessThanOrEqualTo(16);
    }

    @Test
    void areTheValueToThreeDigitsInAnyLanguage() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            Random random = new Random(11);
            for (int i = 0; i < 2_000; i++) {
                double value = (random.nextBoolean() ? 1 : -1) * Math.pow(10, random.nextDouble() * 40 - 20);
                assertThat(Double.parseDouble(Quantities.number(value)))
                        .isBetween(value - Math.abs(value) * 0.00501, value + Math.abs(value) * 0.00501);
            }
        } finally {
            Locale.setDefault(before);
        }
    }
}
