package io.pepper.cut;

/**
 * The sides of operators at a cut: operators with positions from 0 up to the threshold are before the cut, and those
 * with position -1 are on neither side. All cuts along one order share the positions, so that many cuts of a large
 * graph take little memory.
 */
final class CutSides {
    private final int[] places;
    private final int threshold;
    private final int operatorsBefore;
    private final int operatorsAfter;

    CutSides(int[] places, int threshold, int operatorsBefore, int operatorsAfter) {
        this.places = places;
        this.threshold = threshold;
        this.operatorsBefore = operatorsBefore;
        this.operatorsAfter = operatorsAfter;
    }

    /** Returns the sides of a cut, with the numbers of operators on each. */
    static CutSides of(int[] places, int threshold) {
        int before = 0;
        int after = 0;
        for (int place : places) {
            before += place >= 0 && place <= threshold ? 1 : 0;
            after += place > threshold ? 1 : 0;
        }
        return new CutSides(places, threshold, before, after);
    }

    boolean isBefore(int operator) {
        return places[operator] >= 0 && places[operator] <= threshold;
    }

    boolean isAfter(int operator) {
        return places[operator] > threshold;
    }

    int operatorsBefore() {
        return operatorsBefore;
    }

    int operatorsAfter() {
        return operatorsAfter;
    }
}
