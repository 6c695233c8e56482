package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;

/**
 * The remarks on a plan.
 *
 * @param notes how it was made
 * @param caveats why its figures may be wrong
 */
record Remarks(List<String> notes, List<String> caveats) {
    void print(PrintWriter out) {
        notes.forEach(note -> out.println("note: " + note));
        caveats.forEach(caveat -> out.println("caution: " + caveat));
    }

    ObjectNode addTo(ObjectNode document) {
        ArrayNode said = document.putArray("notes");
        notes.forEach(said::add);
        ArrayNode cautions = document.putArray("caveats");
        caveats.forEach(cautions::add);
        return document;
    }
}
