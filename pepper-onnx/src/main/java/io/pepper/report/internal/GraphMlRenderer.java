package io.pepper.report.internal;

import io.pepper.document.SafeText;
import io.pepper.report.internal.markup.Markup;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** A renderer of the segments as a graph in GraphML, for graph tools. */
public final class GraphMlRenderer {
    private GraphMlRenderer() {}

    /**
     * Renders a drawing.
     *
     * @param drawing the content
     * @return an XML document
     */
    public static String render(Drawing drawing) {
        Markup xml = new Markup();
        xml.open("graphml", "xmlns", "http://graphml.graphdrawing.org/xmlns").line();
        key(xml, "label", "node", "string");
        key(xml, "operators", "node", "int");
        key(xml, "flops", "node", "long");
        key(xml, "weightBytes", "node", "long");
        key(xml, "tensors", "edge", "string");
        key(xml, "bytes", "edge", "long");
        xml.open("graph", "id", drawing.title(), "edgedefault", "directed").line();
        node(xml, "input", "inputs");
        xml.close().line();
        for (Drawing.Block block : drawing.blocks()) {
            node(xml, vertex(block.index()), "segment " + (block.index() + 1));
            data(xml, "operators", Integer.toString(block.operators().size()));
            number(xml, "flops", block.flops());
            data(xml, "weightBytes", Long.toString(block.weightBytes()));
            xml.close().line();
        }
        node(xml, "output", "outputs");
        xml.close().line();
        for (Drawing.Flow flow : drawing.flows()) {
            xml.open("edge", "source", vertex(flow.from()), "target", vertex(flow.to()));
            data(
                    xml,
                    "tensors",
                    flow.tensors().stream()
                            .map(tensor -> SafeText.line(tensor.name()))
                            .collect(Collectors.joining("\t")));
            number(xml, "bytes", flow.bytes());
            xml.close().line();
        }
        return xml.close().close().line().toString();
    }

    private static void key(Markup xml, String name, String of, String type) {
        xml.empty("key", "id", name, "for", of, "attr.name", name, "attr.type", type)
                .line();
    }

    private static void node(Markup xml, String id, String label) {
        xml.open("node", "id", id);
        data(xml, "label", label);
    }

    private static void data(Markup xml, String key, String value) {
        xml.element("data", value, "key", key);
    }

    /** Writes a number; leaves it out if it is unknown. */
    private static void number(Markup xml, String key, OptionalLong value) {
        if (value.isPresent()) {
            data(xml, key, Long.toString(value.getAsLong()));
        }
    }

    private static String vertex(int block) {
        return block == Drawing.INPUT ? "input" : block == Drawing.OUTPUT ? "output" : "s" + block;
    }
}
