package io.pepper.internal.text;

import io.pepper.document.InvalidFileException;
import java.util.List;
import java.util.Optional;

/**
 * The two devices of a link in a document, in the fields {@code between}, or {@code from} and {@code to}. Immutable.
 *
 * @param from the sender, or the first of both
 * @param to the receiver, or the second of both
 * @param both whether the link has both directions
 */
public record LinkEnds(String from, String to, boolean both) {
    /**
     * Reads the ends of a link.
     *
     * @param fields the fields of the link
     * @return the ends
     * @throws InvalidFileException if there is neither {@code between} with two devices, nor {@code from} and {@code to}
     */
    public static LinkEnds read(Fields fields) throws InvalidFileException {
        boolean both = fields.has("between");
        Optional<String> from = fields.text("from");
        Optional<String> to = fields.text("to");
        if (both == (from.isPresent() && to.isPresent()) || from.isPresent() != to.isPresent()) {
            throw fields.error("", "a link has either 'between', or 'from' and 'to'");
        }
        if (!both) {
            return new LinkEnds(from.orElseThrow(), to.orElseThrow(), false);
        }
        List<String> devices = fields.texts("between");
        if (devices.size() != 2) {
            throw fields.error("between", "two devices are expected, found " + devices.size());
        }
        return new LinkEnds(devices.get(0), devices.get(1), true);
    }
}
