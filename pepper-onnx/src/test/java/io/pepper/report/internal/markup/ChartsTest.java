package io.pepper.report.internal.markup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.internal.text.Quantities;
import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ChartsTest {
    private static final ScatterPlot.Line LINE =
            new ScatterPlot.Line("predicted = measured", List.of(1e-3, 1.0), List.of(1e-3, 1.0));

    private static Document page(Figure... figures) throws Exception {
        String html = Page.titled("Charts")
                .header("Charts", List.of("a", "b"), List.of("A sentence."))
                .figure("caption", figures)
                .end();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(html)));
    }

    private static List<Element> elements(Document document, String name) {
        NodeList found = document.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }

    private static List<String> texts(Document document) {
        return elements(document, "text").stream().map(Element::getTextContent).toList();
    }

    private static Axis seconds(String caption, double... values) {
        return new Axis(caption, Scale.logarithmic(values), Quantities::seconds);
    }

    private static Figure scatter(double[] x, double[] y) {
        return ScatterPlot.of("Medians", seconds("measured", x), seconds("predicted", y), LINE, "a record", x, y);
    }

    @Test
    void aScatterPlotHasTicksWithUnitsCaptionsAndALegend() throws Exception {
        double[] values = {1e-3, 5e-3, 1};
        assertThat(texts(page(scatter(values, values))))
                .contains("Medians", "measured", "predicted", "1 ms", "10 ms", "100 ms", "1 s")
                .contains("a record", "predicted = measured");
    }

    @Test
    void aPointLiesWhereItsTicksAre() {
        double[] values = {1e-3, 1e-2, 1};
        PlotFrame frame = new PlotFrame(560, seconds("x", values), seconds("y", values));
        assertThat(frame.x(1e-2) - frame.x(1e-3)).isCloseTo(frame.x(1e-1) - frame.x(1e-2), Offset.offset(1e-9));
        assertThat(frame.x(1e-3)).isLessThan(frame.x(1));
        assertThat(frame.y(1e-3)).as("up is less").isGreaterThan(frame.y(1));
    }

    @Test
    void aScatterPlotOfVeryManyPointsStaysSmall() throws Exception {
        Random random = new Random(7);
        double[] x = random.doubles(500_000, 1e-4, 10).toArray();
        double[] y = Arrays.stream(x)
                .map(each -> each * (0.9 + random.nextDouble() / 5))
                .toArray();
        Document page = page(scatter(x, y));
        int length = elements(page, "path").stream()
                .mapToInt(path -> path.getAttribute("d").length())
                .sum();
        assertThat(length).isLessThan(2_000_000);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 4.9e-324, 1.7e308})
    void valuesThatALogarithmCannotShowLieAtTheEdge(double value) throws Exception {
        Document page = page(scatter(new double[] {1, 2, value}, new double[] {value, 1, 2}));
        for (Element path : elements(page, "path")) {
            assertThat(path.getAttribute("d")).matches("(M\\d{1,4} \\d{1,3}h0)+");
        }
        for (Element text : elements(page, "text")) {
            assertThat(Double.parseDouble(text.getAttribute("x"))).isBetween(0.0, 1200.0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.002, 0.03, 0.001 0.002 0.005 0.01 0.02 0.05 0.1",
        "1, 1, 1 2 5 10",
        "3, 3, 1 2 5 10",
        "0.001, 1000, 0.001 0.01 0.1 1 10 100 1000",
        "1e-12, 1e12, 1e-12 1e-09 1e-06 0.001 1 1000 1e+06 1e+09 1e+12"
    })
    void logarithmicTicksAreRound(double least, double most, String ticks) {
        assertThat(Scale.logarithmic(new double[] {least, most}).ticks().stream()
                        .map(Quantities::number))
                .containsExactly(ticks.split(" "));
    }

    @Test
    void scalesWithoutValuesHaveTicks() {
        assertThat(Scale.logarithmic(new double[0]).ticks()).isSortedAccordingTo(Double::compare);
        assertThat(Scale.linear(0).ticks()).startsWith(0.0);
    }

    private static BarChart.Bar bar(String name, double value) {
        return new BarChart.Bar(
                "bar", name, List.of(new BarChart.Layer("whole", value)), Quantities.number(value) + " %");
    }

    @Test
    void barsAreAsLongAsTheirValues() throws Exception {
        Document page = page(BarChart.of(
                "Errors",
                List.of(bar("a", 10), bar("b", 20), bar("none", 0)),
                value -> Quantities.number(value) + " %"));
        List<Double> widths = elements(page, "rect").stream()
                .map(rect -> Double.valueOf(rect.getAttribute("width")))
                .toList();
        assertThat(widths.get(1)).isCloseTo(2 * widths.get(0), Offset.offset(0.2));
        assertThat(widths.get(2)).isLessThan(1);
        assertThat(texts(page)).contains("Errors", "a", "b", "none", "10 %", "20 %", "0 %", "5 %");
    }

    @Test
    void longNamesOfBarsFit() throws Exception {
        String name = "a-very-long-name-of-a-model-with-more-letters-than-others-of-x".repeat(3);
        Document page = page(BarChart.of("Errors", List.of(bar(name, 1)), Quantities::number));
        Element label = elements(page, "text").stream()
                .filter(text -> text.getAttribute("class").equals("end"))
                .findFirst()
                .orElseThrow();
        assertThat(label.getTextContent()).contains("…");
        assertThat(Double.parseDouble(label.getAttribute("x")))
                .isGreaterThan(6.5 * label.getTextContent().length());
    }

    @Test
    void aBarWithoutValueHasItsText() throws Exception {
        Document page = page(BarChart.of(
                "Rivals", List.of(new BarChart.Bar("rival", "camera", List.of(), "impossible")), Quantities::seconds));
        assertThat(elements(page, "rect")).isEmpty();
        assertThat(texts(page)).contains("camera", "impossible");
    }

    @Test
    void tablesAndDefinitionsTakeAnyText() throws Exception {
        String html = Page.titled("</title><script>")
                .definitions(Map.of("<dt>", "\" & ]]>"))
                .table(1, List.of("name", "n"), List.of(List.of("<b>", "1")))
                .end();
        assertThat(html).doesNotContain("<script>", "<b>").contains("&lt;b&gt;", "<td class=\"number-cell\">1</td>");
    }
}
