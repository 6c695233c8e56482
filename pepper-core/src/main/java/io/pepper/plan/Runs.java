package io.pepper.plan;

/** What runs of segments cost on devices, each in constant time. */
final class Runs {
    private final int segments;
    private final int devices;
    private final boolean additive;

    /** By device, the sums of all segments before each; or by run, then device. */
    private final double[] values;

    private Runs(int segments, int devices, boolean additive, double[] values) {
        this.segments = segments;
        this.devices = devices;
        this.additive = additive;
        this.values = values;
    }

    /** What a table says of one run. */
    @FunctionalInterface
    interface Reader {
        double read(int from, int to, int device);
    }

    /** What cannot run is not to be asked for: it counts as nothing. */
    static Runs of(CostTable table, Reader reader) {
        return table.isAdditive() ? sums(table, reader) : single(table, reader);
    }

    private static Runs sums(CostTable table, Reader reader) {
        int segments = table.segments();
        double[] values = new double[table.devices() * (segments + 1)];
        for (int device = 0; device < table.devices(); device++) {
            int begin = device * (segments + 1);
            for (int segment = 0; segment < segments; segment++) {
                double value = reader.read(segment, segment + 1, device);
                values[begin + segment + 1] = values[begin + segment] + (Double.isFinite(value) ? value : 0);
            }
        }
        return new Runs(segments, table.devices(), true, values);
    }

    private static Runs single(CostTable table, Reader reader) {
        int segments = table.segments();
        double[] values = new double[segments * (segments + 1) / 2 * table.devices()];
        int place = 0;
        for (int from = 0; from < segments; from++) {
            for (int to = from + 1; to <= segments; to++) {
                for (int device = 0; device < table.devices(); device++) {
                    double value = reader.read(from, to, device);
                    values[place] = Double.isFinite(value) ? value : 0;
                    place++;
                }
            }
        }
        return new Runs(segments, table.devices(), false, values);
    }

    double at(int from, int to, int device) {
        if (additive) {
            int begin = device * (segments + 1);
            return values[begin + to] - values[begin + from];
        }
        int run = from * segments - from * (from - 1) / 2 + to - from - 1;
        return values[run * devices + device];
    }

    /** This times a factor, and another one times a factor. */
    Runs weighted(double factor, Runs other, double otherFactor) {
        double[] sum = new double[values.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (factor > 0 ? factor * values[i] : 0) + (otherFactor > 0 ? otherFactor * other.values[i] : 0);
        }
        return new Runs(segments, devices, additive, sum);
    }
}
