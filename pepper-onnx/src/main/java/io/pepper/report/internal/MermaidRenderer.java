package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Texts;

/** A renderer of the segments as a flow chart for Mermaid. */
public final class MermaidRenderer {
    private MermaidRenderer() {}

    /**
     * Renders a drawing.
     *
     * @param drawing the content
     * @return a flow chart from top to bottom
     */
    public static String render(Drawing drawing) {
        StringBuilder chart = new StringBuilder("flowchart TD\n");
        chart.append("  input([inputs])\n");
        chart.append("  output([outputs])\n");
        for (Drawing.Block block : drawing.blocks()) {
            chart.append("  s").append(block.index()).append("[\"segment ").append(block.index() + 1);
            chart.append("<br/>").append(Texts.count(block.operators().size(), "operator"));
            chart.append("<br/>").append(Quantities.decimal(block.flops(), "FLOPs"));
            chart.append("<br/>").append(Quantities.bytes(block.weightBytes())).append(" of weights\"]\n");
        }
        for (Drawing.Flow flow : drawing.flows()) {
            chart.append("  ").append(vertex(flow.from())).append(" -->|\"");
            chart.append(escaped(Flows.label(flow, "\n")))
                    .append("\"| ")
                    .append(vertex(flow.to()))
                    .append('\n');
        }
        return chart.toString();
    }

    private static String vertex(int block) {
        return block == Drawing.INPUT ? "input" : block == Drawing.OUTPUT ? "output" : "s" + block;
    }

    /** Replaces all characters but letters, digits and harmless ones by their numbers. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c == '\n') {
                escaped.append("<br/>");
            } else if (Character.isLetterOrDigit(c) || " _-./:?…".indexOf(c) >= 0) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append('#').append(c).append(';');
            }
        });
        return escaped.toString();
    }
}
