package io.pepper.plan;

import java.util.Arrays;

/**
 * The costs of sending the tensors of a cut from one device to another: a fixed amount, and an amount per byte.
 * Infinite if impossible.
 */
final class LinkCosts {
    private final int devices;
    private final double[] fixed;
    private final double[] perByte;
    private final double[] bytes;

    /** By sender: the minimum over all receivers. */
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

    /** Returns costs without any links; from a device to itself, the cost is 0. */
    static LinkCosts none(int devices, double[] bytes) {
        double[] fixed = new double[devices * devices];
        Arrays.fill(fixed, Double.POSITIVE_INFINITY);
        for (int device = 0; device < devices; device++) {
            fixed[device * devices + device] = 0;
        }
        return new LinkCosts(devices, fixed, new double[devices * devices], bytes);
    }

    /** Sets the costs between two devices. Called only during construction. */
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

    /** Returns a lower bound on the cost of sending a cut from a device to another one. */
    double least(int cut, int from) {
        return leastFixed[from] + bytes[cut] * leastPerByte[from];
    }

    /** Returns the weighted sum of these costs and others; impossible where these are impossible. */
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
