package io.pepper.report.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PicturesTest {
    private static final OptionalLong UNKNOWN = OptionalLong.empty();

    private static Drawing.Item item(String name, long flops) {
        return new Drawing.Item(name, "Conv", OptionalLong.of(flops), "float[1,8]");
    }

    private static Drawing.Step step(String name, OptionalLong flops, OptionalLong live) {
        return new Drawing.Step(name, "Conv", flops, live);
    }

    private static Drawing.Flow flow(int from, int to, String tensor, OptionalLong bytes) {
        return new Drawing.Flow(from, to, List.of(new Drawing.Tensor(tensor, "float[1,8]", bytes)));
    }

    /** Two segments with a cut between them, and a skip from the inputs. */
    private static Drawing small(String name) {
        return new Drawing(
                name,
                List.of("3 operators"),
                List.of(
                        new Drawing.Block(0, OptionalLong.of(3000), 2048, List.of(item(name, 1000), item("b", 2000))),
                        new Drawing.Block(1, OptionalLong.of(1000), 0, List.of(item("c", 1000)))),
                List.of(
                        flow(Drawing.INPUT, 0, "x", OptionalLong.of(64)),
                        flow(Drawing.INPUT, 1, "mask", UNKNOWN),
                        flow(0, 1, name, OptionalLong.of(32)),
                        flow(1, Drawing.OUTPUT, "y", OptionalLong.of(8))),
                List.of(
                        step(name, OptionalLong.of(1000), OptionalLong.of(96)),
                        step("b", OptionalLong.of(2000), OptionalLong.of(32)),
                        step("c", OptionalLong.of(1000), OptionalLong.of(8))),
                List.of(new Drawing.Mark(1, 1, name, OptionalLong.of(32))));
    }

    private static Document parsed(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    private static List<Element> elements(Document document, String name) {
        NodeList found = document.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }

    @Test
    void dotHasSegmentsAndFlows() {
        assertThat(DotRenderer.render(small("net")).lines().skip(5))
                .containsExactly(
                        "  s0 [label=\"segment 1\\n2 operators\\n3 kFLOPs\\n2 KiB of weights\", fillcolor=\"0.58 0.544 1.000\"];",
                        "  s1 [label=\"segment 2\\n1 operator\\n1 kFLOPs\\n0 B of weights\", fillcolor=\"0.58 0.335 1.000\"];",
                        "  input -> s0 [label=\"x\\n64 B\"];",
                        "  input -> s1 [label=\"mask\\n? B\"];",
                        "  s0 -> s1 [label=\"net\\n32 B\"];",
                        "  s1 -> output [label=\"y\\n8 B\"];",
                        "}");
    }

    @Test
    void mermaidHasSegmentsAndFlows() {
        assertThat(MermaidRenderer.render(small("net")))
                .isEqualTo(
                        """
                        flowchart TD
                          input([inputs])
                          output([outputs])
                          s0["segment 1<br/>2 operators<br/>3 kFLOPs<br/>2 KiB of weights"]
                          s1["segment 2<br/>1 operator<br/>1 kFLOPs<br/>0 B of weights"]
                          input -->|"x<br/>64 B"| s0
                          input -->|"mask<br/>? B"| s1
                          s0 -->|"net<br/>32 B"| s1
                          s1 -->|"y<br/>8 B"| output
                        """);
    }

    @Test
    void graphMlHasNumbersToComputeWith() throws Exception {
        Document document = parsed(GraphMlRenderer.render(small("net")));
        assertThat(elements(document, "node")).hasSize(4);
        assertThat(elements(document, "edge"))
                .extracting(e -> e.getAttribute("source") + ">" + e.getAttribute("target"))
                .containsExactly("input>s0", "input>s1", "s0>s1", "s1>output");
        assertThat(elements(document, "data").stream()
                        .filter(data -> data.getAttribute("key").equals("bytes"))
                        .map(Element::getTextContent))
                .as("what is not known is left out")
                .containsExactly("64", "32", "8");
    }

    @Test
    void pageHasEveryCutAndEveryOperator() throws Exception {
        Document page = parsed(HtmlRenderer.render(small("net")));
        assertThat(elements(page, "details")).hasSize(2);
        assertThat(elements(page, "tr")).hasSize(1 + 1 + 2 + 3);
        assertThat(elements(page, "g").stream().filter(g -> g.hasAttribute("data-cut")))
                .hasSize(1);
        assertThat(elements(page, "td")).extracting(Element::getTextContent).contains("b", "32 B", "75 %");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "</script><script>alert(1)</script>",
                "\" onload=\"alert(1)",
                "a\nb\r\tc\u0000\u0007\u0085\u001b[31m",
                "]]>&lt;<!--",
                "\uD800 alone \uDC00",
                "\uFFFE\uFFFF",
                "größe 張量 😀",
                "\\\"};digraph{",
                "--> \"| s1",
                ""
            })
    void namesAreEscaped(String name) throws Exception {
        Drawing drawing = small(name);
        Document page = parsed(HtmlRenderer.render(drawing));
        assertThat(elements(page, "script")).as("only our own").hasSize(1);
        assertThat(HtmlRenderer.render(drawing)).doesNotContain("<script>alert");
        Document svg = parsed(SvgRenderer.render(drawing));
        assertThat(elements(svg, "script")).isEmpty();
        assertThat(svg.getDocumentElement().hasAttribute("onload")).isFalse();
        parsed(GraphMlRenderer.render(drawing));
        assertThat(DotRenderer.render(drawing).lines()).as("no line more").hasSize(12);
        assertThat(MermaidRenderer.render(drawing).lines()).as("no line more").hasSize(9);
    }

    @Test
    void takeLongNames() throws Exception {
        String name = "x".repeat(5_000) + "end";
        String page = HtmlRenderer.render(small(name));
        assertThat(page).contains("xxx…xxx").contains("xxxend");
        parsed(page);
    }

    @Test
    void picturesExplainUnknownSizes() throws Exception {
        Drawing drawing = new Drawing(
                "open",
                List.of(),
                List.of(new Drawing.Block(0, UNKNOWN, 0, List.of(new Drawing.Item("a", "Conv", UNKNOWN, "?")))),
                List.of(flow(Drawing.INPUT, 0, "x", UNKNOWN)),
                List.of(step("a", UNKNOWN, UNKNOWN), step("b", UNKNOWN, UNKNOWN)),
                List.of(new Drawing.Mark(0, 1, "t", UNKNOWN)));
        String svg = SvgRenderer.render(drawing);
        assertThat(svg)
                .contains("The sizes of some tensors are unknown")
                .contains("their share of the operators")
                .doesNotContain("class=\"live\"")
                .doesNotContain("class=\"work\"")
                .doesNotContain("0 FLOPs");
        parsed(svg);
        assertThat(HtmlRenderer.render(drawing)).contains("? FLOPs").contains("? B");
    }

    @Test
    void emptyModelCanBeDrawn() throws Exception {
        Drawing nothing = new Drawing("empty", List.of(), List.of(), List.of(), List.of(), List.of());
        parsed(SvgRenderer.render(nothing));
        parsed(HtmlRenderer.render(nothing));
        parsed(GraphMlRenderer.render(nothing));
        assertThat(HtmlRenderer.render(nothing)).contains("This model has no cut of the requested width.");
    }

    @Test
    void picturesOfManyOperatorsStaySmall() throws Exception {
        List<Drawing.Step> steps = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            steps.add(step("op" + i, OptionalLong.of(i), OptionalLong.of(1000 + i % 997)));
        }
        Drawing large = new Drawing("large", List.of(), List.of(), List.of(), steps, List.of());
        String svg = SvgRenderer.render(large);
        assertThat(svg.length()).isLessThan(60_000);
        parsed(svg);
    }

    @Test
    void picturesReferToNoOtherFiles() {
        for (String text : List.of(HtmlRenderer.render(small("net")), SvgRenderer.render(small("net")))) {
            assertThat(text.replace("http://www.w3.org/2000/svg", ""))
                    .doesNotContain("http")
                    .doesNotContain("import");
        }
        assertThat(HtmlRenderer.render(small("net"))).isEqualTo(HtmlRenderer.render(small("net")));
    }

    @Test
    void bestCutsAreApart() {
        List<Drawing.Step> steps = new ArrayList<>();
        List<Drawing.Mark> marks = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            steps.add(step("op" + i, OptionalLong.of(1), OptionalLong.of(100)));
            marks.add(new Drawing.Mark(i, 1, "t" + i, OptionalLong.of(i == 50 ? 1 : i == 52 ? 2 : 1000 + i)));
        }
        List<Integer> best =
                BestMarks.of(new Drawing("flat", List.of(), List.of(), List.of(), steps, marks.subList(0, 99)));
        assertThat(best).contains(50).doesNotContain(52).hasSize(6);
        for (int i = 1; i < best.size(); i++) {
            assertThat(best.get(i) - best.get(i - 1)).isGreaterThanOrEqualTo(8);
        }
    }

    @Test
    void scaleIsLogarithmicWhereSizesDifferMuch() {
        List<Drawing.Step> alike =
                List.of(step("a", UNKNOWN, OptionalLong.of(100)), step("b", UNKNOWN, OptionalLong.of(200)));
        assertThat(LiveScale.of(alike).isLogarithmic()).isFalse();
        assertThat(LiveScale.of(alike).place(OptionalLong.of(0))).isZero();
        List<Drawing.Step> apart =
                List.of(step("a", UNKNOWN, OptionalLong.of(100)), step("b", UNKNOWN, OptionalLong.of(20_000)));
        LiveScale scale = LiveScale.of(apart);
        assertThat(scale.isLogarithmic()).isTrue();
        assertThat(scale.place(OptionalLong.of(20_000))).isBetween(0.9, 1.0);
        assertThat(scale.place(OptionalLong.of(100))).isBetween(0.05, 0.3);
        assertThat(scale.ticks()).isNotEmpty().allMatch(tick -> tick.place() >= 0 && tick.place() <= 1);
    }
}
