package io.pepper.report.internal;

import java.util.List;

/**
 * What is to be seen of a placement.
 *
 * @param title the model's name
 * @param verdict what is done, in a sentence or two
 * @param facts short lines about the whole
 * @param devices all devices, each with the hue of its place
 * @param pieces the segments in order
 * @param hops what travels
 * @param charts what happens when: of one inference, and of several
 * @param rivals other placements, the chosen one first
 * @param fronts the best trade-offs of two metrics, if they were asked for
 * @param tables all else
 */
public record PlanDrawing(
        String title,
        List<String> verdict,
        List<String> facts,
        List<Place> devices,
        List<Piece> pieces,
        List<Hop> hops,
        List<Chart> charts,
        List<Rival> rivals,
        List<Front> fronts,
        List<Table> tables) {
    /** The name of the one metric that is not counted in seconds. */
    public static final String ENERGY = "energy";

    /**
     * Copies the lists.
     *
     * @param title see the record
     * @param verdict see the record
     * @param facts see the record
     * @param devices see the record
     * @param pieces see the record
     * @param hops see the record
     * @param charts see the record
     * @param rivals see the record
     * @param fronts see the record
     * @param tables see the record
     */
    public PlanDrawing {
        verdict = List.copyOf(verdict);
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
     * @param runs what it runs, in words
     */
    public record Place(String name, String runs) {}

    /**
     * A segment.
     *
     * @param device where it runs, by its place in the list
     * @param share of the arithmetic, 0 to 1
     * @param title what a person reads who points at it
     */
    public record Piece(int device, double share, String title) {}

    /**
     * What travels before a segment.
     *
     * @param before the segment, or their number for what leaves the last
     * @param label the bytes and the ends
     * @param title the tensors
     */
    public record Hop(int before, String label, String title) {}

    /**
     * A Gantt chart.
     *
     * @param caption what it shows
     * @param rows devices and links
     * @param bars what keeps them busy
     */
    public record Chart(String caption, List<String> rows, List<Bar> bars) {
        /**
         * Copies the lists.
         *
         * @param caption see the record
         * @param rows see the record
         * @param bars see the record
         */
        public Chart {
            rows = List.copyOf(rows);
            bars = List.copyOf(bars);
        }
    }

    /**
     * Something that takes time.
     *
     * @param row where, by its place among the rows
     * @param device the device by its place, or -1 for a link
     * @param odd whether it is drawn lighter, to be told from the one beside it
     * @param label what is written on it, where there is room
     * @param what what a person reads who points at it, before the times
     * @param begin seconds
     * @param end seconds
     * @param arrives when the last byte is there: seconds, at least the end
     */
    public record Bar(
            int row, int device, boolean odd, String label, String what, double begin, double end, double arrives) {}

    /**
     * A placement beside others.
     *
     * @param label which
     * @param latencySeconds of one inference; infinite if it is not possible
     * @param computeSeconds what of that is computing
     * @param note what else is to be said
     */
    public record Rival(String label, double latencySeconds, double computeSeconds, String note) {}

    /**
     * Trade-offs between two metrics.
     *
     * @param across what the horizontal axis counts
     * @param up what the vertical axis counts
     * @param points placements of which none is better in both
     */
    public record Front(String across, String up, List<Point> points) {
        /**
         * Copies the list.
         *
         * @param across see the record
         * @param up see the record
         * @param points see the record
         */
        public Front {
            points = List.copyOf(points);
        }
    }

    /**
     * A placement by two metrics.
     *
     * @param across by the one, in units of the axis
     * @param up by the other
     * @param title the placement in words
     * @param chosen whether it is the one that was chosen
     */
    public record Point(double across, double up, String title, boolean chosen) {}

    /**
     * A table.
     *
     * @param heading what it tells
     * @param columns their headings
     * @param rows texts by row and column
     */
    public record Table(String heading, List<String> columns, List<List<String>> rows) {
        /**
         * Copies the lists.
         *
         * @param heading see the record
         * @param columns see the record
         * @param rows see the record
         */
        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
        }
    }
}
