package io.pepper.examples.http;

import java.util.List;

/**
 * A filter that ends a text before the first of some texts, which may come in several pieces: the one that is complete
 * first. It holds back the end of the text that may be the beginning of one of them. Not thread-safe.
 */
final class StopTexts {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean found;

    /**
     * Creates a filter.
     *
     * @param stops texts that are not empty; may be none
     */
    StopTexts(List<String> stops) {
        this.stops = stops;
    }

    /** Adds a piece, and returns the text that belongs to the answer for certain. */
    String add(String piece) {
        if (found) {
            return "";
        }
        held.append(piece);
        int begin = -1;
        int end = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            int behind = at + stop.length();
            if (at >= 0 && (behind < end || (behind == end && at < begin))) {
                begin = at;
                end = behind;
            }
        }
        if (begin >= 0) {
            found = true;
            return take(begin);
        }
        int safe = 0;
        while (safe < held.length() && !mayBegin(safe)) {
            safe++;
        }
        return take(safe);
    }

    /** Returns whether the text from here to its end is the beginning of one of the texts. */
    private boolean mayBegin(int at) {
        String rest = held.substring(at);
        return stops.stream().anyMatch(stop -> stop.startsWith(rest));
    }

    /** Returns what is held back, when no more text comes. */
    String end() {
        return found ? "" : take(held.length());
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    boolean isFound() {
        return found;
    }
}
