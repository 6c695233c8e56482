package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.predict.LatencyDataset;
import java.io.PrintWriter;
import java.nio.file.Path;

/** The report of a measured data set. */
final class DatasetPrinter {
    private DatasetPrinter() {}

    /** Returns the document of a data set. */
    static ObjectNode document(Path out, LatencyDataset data) {
        ObjectNode document = Json.object();
        document.put("data", out.toString());
        document.put("records", data.records().size());
        document.put("sha256", data.sha256());
        ArrayNode problems = document.putArray("problems");
        data.problems().forEach(problems::add);
        ObjectNode marks = document.putObject("marks");
        data.marks().forEach((mark, count) -> marks.put(mark.label(), count));
        return document;
    }

    /** Prints a data set for people. */
    static void print(PrintWriter console, Path out, LatencyDataset data) {
        console.println(out + ": " + data.records().size() + " measurements");
        data.problems().forEach(problem -> console.println("note: " + problem));
        data.markLines().forEach(line -> console.println("marked " + line));
        if (!data.marks().isEmpty()) {
            console.println(
                    "train and calibrate leave marked measurements out where enough others remain: measure again"
                            + " into another file when the machine is quiet, or train --with-marked");
        }
    }
}
