package io.pepper.report.internal;

import java.util.List;

/**
 * The content of a report on a placement.
 *
 * @param title the model's name
 * @param verdict the decision, in a sentence or two
 * @param cautions reasons why the figures may be wrong
 * @param facts short lines about the whole placement
 * @param devices all devices, each with the hue of its index
 * @param pieces the segments in order
 * @param hops the transfers
 * @param charts Gantt charts: of one inference, and of several
 * @param latency the name of the latency of a placement
 * @param rivals alternative placements, the chosen one first
 * @param fronts the requested Pareto fronts
 * @param tables further tables
 */
public record PlanDrawing(
        String title,
        List<String> verdict,
        List<String> cautions,
        List<String> facts,
        List<Place> devices,
        List<Piece> pieces,
        List<Hop> hops,
        List<Chart> charts,
        String latency,
        List<Rival> rivals,
        List<Front> fronts,
        List<Table> tables) {
    /**
     * Creates a drawing.
     *
     * @param title the model's name
     * @param verdict the decision, in a sentence or two
     * @param cautions reasons why the figures may be wrong
     * @param facts short lines about the whole placement
     * @param devices all devices, each with the hue of its index
     * @param pieces the segments in order
     * @param hops the transfers
     * @param charts Gantt charts
     * @param latency the name of the latency of a placement
     * @param rivals alternative placements, the chosen one first
     * @param fronts the requested Pareto fronts
     * @param tables further tables
     */
    public PlanDrawing {
        verdict = List.copyOf(verdict);
        cautions = List.copyOf(cautions);
        facts = List.copyOf(facts);
        devices = List.copyOf(devices);
        pieces = List.copyOf(pieces);
        hops = List.copyOf(hops);
        charts = List.copyOf(charts);
        rivals = List.copyOf(rivals);
        fronts = List.copyOf(fronts);
        tables = List.copyOf(tables);
    }

    /**
     * A device.
     *
     * @param name its name
     * @param runs the parts that it runs, in words
     */
    public record Place(String name, String runs) {}

    /**
     * A segment.
     *
     * @param device the index of its device
     * @param share its share of the arithmetic, 0 to 1
     * @param title the tooltip
     */
    public record Piece(int device, double share, String title) {}

    /**
     * A transfer before a segment.
     *
     * @param before the segment; the number of segments for the transfer of the outputs
     * @param label the bytes and the devices
     * @param title the tensors
     */
    public record Hop(int before, String label, String title) {}

    /**
     * A Gantt chart.
     *
     * @param caption the caption
     * @param rows devices and links
     * @param bars their activities
     */
    public record Chart(String caption, List<String> rows, List<Bar> bars) {
        /**
         * Creates a chart.
         *
         * @param caption the caption
         * @param rows devices and links
         * @param bars their activities
         */
        public Chart {
            rows = List.copyOf(rows);
            bars = List.copyOf(bars);
        }
    }

    /**
     * An activity in a Gantt chart.
     *
     * @param row the index of its row
     * @param device the index of the device, or -1 for a link
     * @param odd whether it is drawn lighter, to distinguish it from its neighbour
     * @param label the label, shown if there is room
     * @param what the tooltip, before the times
     * @param begin the start, in seconds
     * @param end the end, in seconds
     * @param arrives the arrival of the last byte, in seconds, at least {@code end}
     */
    public record Bar(
            int row, int device, boolean odd, String label, String what, double begin, double end, double arrives) {}

    /**
     * A placement in a comparison.
     *
     * @param label the label
     * @param latencySeconds the latency of one inference; infinite if the placement is impossible
     * @param computeSeconds the computing time in the latency
     * @param note a remark
     */
    public record Rival(String label, double latencySeconds, double computeSeconds, String note) {}

    /** The unit of an axis. */
    public enum Unit {
        /** Seconds. */
        SECONDS,
        /** Joules. */
        JOULES,
        /** A number per second. */
        PER_SECOND
    }

    /**
     * A quantity on an axis.
     *
     * @param name its name
     * @param unit its unit
     */
    public record Quantity(String name, Unit unit) {}

    /**
     * A Pareto front of two quantities.
     *
     * @param across the quantity of the horizontal axis
     * @param up the quantity of the vertical axis
     * @param points placements that no other one beats in both
     */
    public record Front(Quantity across, Quantity up, List<Point> points) {
        /**
         * Creates a front.
         *
         * @param across the quantity of the horizontal axis
         * @param up the quantity of the vertical axis
         * @param points placements that no other one beats in both
         */
        public Front {
            points = List.copyOf(points);
        }
    }

    /**
     * A placement by two metrics.
     *
     * @param across the value of one metric, in units of the axis
     * @param up the value of the other metric
     * @param title the placement in words
     * @param chosen whether it is the chosen one
     */
    public record Point(double across, double up, String title, boolean chosen) {}

    /**
     * A table.
     *
     * @param heading the heading
     * @param columns the headings of the columns
     * @param rows texts by row and column
     */
    public record Table(String heading, List<String> columns, List<List<String>> rows) {
        /**
         * Creates a table.
         *
         * @param heading the heading
         * @param columns the headings of the columns
         * @param rows texts by row and column
         */
        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
        }
    }
}
