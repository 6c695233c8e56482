package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Texts;
import java.util.Locale;

/** A renderer of the segments as a graph for Graphviz. */
public final class DotRenderer {
    private DotRenderer() {}

    /**
     * Renders a drawing.
     *
     * @param drawing the content
     * @return a directed graph
     */
    public static String render(Drawing drawing) {
        StringBuilder dot =
                new StringBuilder("digraph ").append(quoted(drawing.title())).append(" {\n");
        dot.append("  node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef3fb\", fontname=\"Helvetica\"];\n");
        dot.append("  edge [fontname=\"Helvetica\", fontsize=10];\n");
        dot.append("  input [shape=ellipse, fillcolor=white, label=\"inputs\"];\n");
        dot.append("  output [shape=ellipse, fillcolor=white, label=\"outputs\"];\n");
        Shares shares = new Shares(drawing);
        for (Drawing.Block block : drawing.blocks()) {
            String label = "segment " + (block.index() + 1) + "\n"
                    + Texts.count(block.operators().size(), "operator") + "\n"
                    + Quantities.decimal(block.flops(), "FLOPs") + "\n"
                    + Quantities.bytes(block.weightBytes()) + " of weights";
            dot.append("  s").append(block.index()).append(" [label=").append(quoted(label));
            dot.append(", fillcolor=\"").append(colour(shares.of(block))).append("\"];\n");
        }
        for (Drawing.Flow flow : drawing.flows()) {
            dot.append("  ").append(vertex(flow.from())).append(" -> ").append(vertex(flow.to()));
            dot.append(" [label=").append(quoted(Flows.label(flow, "\n"))).append("];\n");
        }
        return dot.append("}\n").toString();
    }

    private static String vertex(int block) {
        return block == Drawing.INPUT ? "input" : block == Drawing.OUTPUT ? "output" : "s" + block;
    }

    /** Returns a colour from pale to strong, by the share of the arithmetic. */
    private static String colour(double share) {
        final double palest = 0.05;
        return String.format(Locale.ROOT, "0.58 %.3f 1.000", palest + (1 - palest) * 0.6 * Math.sqrt(share));
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (String line : text.split("\n", -1)) {
            quoted.append(quoted.length() > 1 ? "\\n" : "");
            quoted.append(Texts.shorten(line).replace("\\", "\\\\").replace("\"", "\\\""));
        }
        return quoted.append('"').toString();
    }
}
