package io.pepper.report.internal;

/** The segments as a flow chart in the language of Mermaid. */
public final class MermaidRenderer {
    private MermaidRenderer() {}

    /**
     * Renders.
     *
     * @param drawing what is to be seen
     * @return a flow chart from top to bottom
     */
    public static String render(Drawing drawing) {
        StringBuilder chart = new StringBuilder("flowchart TD\n");
        chart.append("  input([inputs])\n");
        chart.append("  output([outputs])\n");
        for (Drawing.Block block : drawing.blocks()) {
            chart.append("  s").append(block.index()).append("[\"segment ").append(block.index() + 1);
            chart.append("<br/>").append(Texts.count(block.operators().size(), "operator"));
            chart.append("<br/>").append(Texts.flops(block.flops()));
            chart.append("<br/>")
                    .append(Texts.bytes((double) block.weightBytes()))
                    .append(" of weights\"]\n");
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

    /** All that is neither a letter nor a digit nor harmless, by its number. */
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
