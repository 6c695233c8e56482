package io.pepper.plan;

import java.util.Arrays;

/**
 * The costs of sending a cut from one device to another: a fixed amount, and an amount for each byte. Infinite if not
 * possible.
 */
final class LinkCosts {
    private final int devices;
    private final double[] fixed;
    private final double[] perByte;
    private final double[] bytes;

    /** By sender. */
    private final double[] leastFixed;

    private final double[] leastPerByte;

    private LinkCosts(int devices, double[] fixed, double[] perByte, double[] bytes) {
        this.devices = devices;
        this.fixed = fixed;
        this.perByte = perByte;
        this.bytes = bytes;
        this.leastFixed = new double[devices];
        this.leastPerByte = new double[devices];
        Arrays.fill(leastFixed, Double.POSITIVE_INFINITY);
        Arrays.fill(leastPerByte, Double.MAX_VALUE);
    }

    /** No two devices are linked, each with itself at no cost. */
    static LinkCosts none(int devices, double[] bytes) {
        double[] fixed = new double[devices * devices];
        Arrays.fill(fixed, Double.POSITIVE_INFINITY);
        for (int device = 0; device < devices; device++) {
            fixed[device * devices + device] = 0;
        }
        return new LinkCosts(devices, fixed, new double[devices * devices], bytes);
    }

    /** While it is being made. */
    void set(int from, int to, double forMessage, double forByte) {
        fixed[from * devices + to] = forMessage;
        perByte[from * devices + to] = forByte;
        leastFixed[from] = Math.min(leastFixed[from], forMessage);
        leastPerByte[from] = Math.min(leastPerByte[from], forByte);
    }

    double at(int cut, int from, int to) {
        int pair = from * devices + to;
        return fixed[pair] + bytes[cut] * perByte[pair];
    }

    /** No hop from a device over a cut to another one takes less. */
    double least(int cut, int from) {
        return leastFixed[from] + bytes[cut] * leastPerByte[from];
    }

    /** This times a factor, and another one times a factor; impossible where this is. */
    LinkCosts weighted(double factor, LinkCosts other, double otherFactor) {
        if (factor == 1 && otherFactor == 0) {
            return this;
        }
        LinkCosts sum = none(devices, bytes);
        for (int from = 0; from < devices; from++) {
            for (int to = 0; to < devices; to++) {
                int pair = from * devices + to;
                if (from != to && fixed[pair] < Double.POSITIVE_INFINITY) {
                    sum.set(
                            from,
                            to,
                            factor * fixed[pair] + otherFactor * other.fixed[pair],
                            factor * perByte[pair] + otherFactor * other.perByte[pair]);
                }
            }
        }
        return sum;
    }
}
