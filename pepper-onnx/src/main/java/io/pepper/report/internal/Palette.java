package io.pepper.report.internal;

/** The classes of colours in the style sheet. */
final class Palette {
    private static final int COUNT = 6;

    private Palette() {}

    static String of(int place) {
        return "hue" + place % COUNT;
    }
}
