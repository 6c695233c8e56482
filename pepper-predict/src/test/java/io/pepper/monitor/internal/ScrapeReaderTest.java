package io.pepper.monitor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the text format of Prometheus allows, and what is refused with its line. */
class ScrapeReaderTest {
    private static Map<String, List<Sample>> read(String text) throws IOException {
        return ScrapeReader.read(text.getBytes(StandardCharsets.UTF_8), name -> true);
    }

    @Test
    void readsTheFormat() throws IOException {
        String text =
                """
                # HELP a_total Number of \\n things.
                # TYPE a_total counter
                a_total 1027
                a_total{code="200",path="C:\\\\dir \\"x\\"\\n"} 3.5e+2 1395066363000

                  b:c { x = "}, y=\\"" , } NaN
                d{}\t+Inf\t-3
                d{z=""} -Inf
                # EOF
                """;
        assertThat(read(text))
                .isEqualTo(Map.of(
                        "a_total",
                        List.of(
                                new Sample(Map.of(), 1027),
                                new Sample(Map.of("code", "200", "path", "C:\\dir \"x\"\n"), 350)),
                        "b:c",
                        List.of(new Sample(Map.of("x", "}, y=\""), Double.NaN)),
                        "d",
                        List.of(
                                new Sample(Map.of(), Double.POSITIVE_INFINITY),
                                new Sample(Map.of("z", ""), Double.NEGATIVE_INFINITY))));
        assertThat(read("")).isEmpty();
        assertThat(read("a 1\r\nb 2\r\n")).containsOnlyKeys("a", "b");
        assertThat(read("a 1")).as("without a newline at the end").containsOnlyKeys("a");
    }

    @Test
    void keepsWantedMetricsOnly() throws IOException {
        byte[] text = "a 1\nb 2\na{x=\"y\"} 3\n".getBytes(StandardCharsets.UTF_8);
        assertThat(ScrapeReader.read(text, "a"::equals)).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1a 2|has no name of a metric at '1a 2'",
                "<html>|has no name of a metric at '<html>'",
                "{x=\"y\"} 1|has no name of a metric",
                "a|has no number where its value",
                "a{x=\"y\"}|has no number where its value",
                "a b|has the value 'b', which is no number",
                "a 1_000|has the value '1_000'",
                "a 0x10|has the value '0x10'",
                "a 1d|has the value '1d'",
                "a Infinity|has the value 'Infinity'",
                "a 1 soon|no timestamp",
                "a 1 2 3|something after the timestamp",
                "a{x=y} 1|lacks a \" before 'y} 1'",
                "a{x=\"y} 1|lacks a \" at its end",
                "a{x=\"y\" 1|lacks a , before '1'",
                "a{x=\"y\",,} 1|has no name of a label at ',} 1'",
                "a{x=\"\\t\"} 1|has a backslash before something else",
                "a{x=\"1\",x=\"2\"} 1|has the label x twice",
                "a{__name__=\"node_boot\"} 1|has the reserved label __name__",
                "a{x:y=\"1\"} 1|lacks a = before ':y=",
                "a{x=\"y\"} 1 # {t=\"1\"} 0.5|no timestamp",
            })
    void malformedLinesAreRefusedWithTheirNumber(String line, String message) {
        assertThatThrownBy(() -> read("good 1\n" + line + "\nafter 1\n"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("line 2 of the metrics ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a 1\na 1", "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2", "a 1\nb 1\na 2"})
    void aSeriesThatIsThereTwiceIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).hasMessageContaining("has a series of a that another line has, too");
    }

    @Test
    void textsOfTheExporterCannotControlATerminal() {
        assertThatThrownBy(() -> read("\u001b[2J\u202eevil 1"))
                .hasMessageContaining("\\u001b[2J\\u202eevil")
                .hasMessageNotContaining("\u001b");
        assertThatThrownBy(() -> ScrapeReader.read(new byte[] {'a', ' ', (byte) 0xff}, name -> true))
                .hasMessage("the metrics are not UTF-8");
    }

    @Test
    void amountsAreBounded() {
        assertThatThrownBy(() -> read("a{x=\"" + "y".repeat(70_000) + "\"} 1"))
                .hasMessageContaining("has more than 65536 characters");
        assertThatThrownBy(() -> read("a " + "9".repeat(65))).hasMessageContaining("has no number");
        String labels = IntStream.range(0, 65).mapToObj(i -> "l" + i + "=\"\"").collect(Collectors.joining(","));
        assertThatThrownBy(() -> read("a{" + labels + "} 1")).hasMessageContaining("has more than 64 labels");
        String series = IntStream.range(0, 20_001)
                .mapToObj(i -> "a{i=\"" + i + "\"} 1\n")
                .collect(Collectors.joining());
        assertThatThrownBy(() -> read(series)).hasMessageContaining("more than 20000 series");
    }
}
