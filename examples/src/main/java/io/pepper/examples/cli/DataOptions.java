package io.pepper.examples.cli;

import io.pepper.predict.LatencyDataset;
import io.pepper.predict.PaperCleanup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The option for reading data sets, which commands that learn or evaluate share. */
final class DataOptions {
    @Option(names = "--raw", description = "Read files of the original without its clean-up.")
    private boolean raw;

    /**
     * Reads data sets as one, and reports the rows that were left out.
     *
     * @param files the files
     * @param err takes a line for each problem
     * @return the measurements of all files
     * @throws IOException if a file cannot be read
     */
    LatencyDataset read(List<Path> files, PrintWriter err) throws IOException {
        LatencyDataset all = LatencyDataset.of(List.of());
        for (Path file : files) {
            all = all.plus(LatencyDataset.read(file, raw ? PaperCleanup.NONE : PaperCleanup.AS_IN_THE_PAPER));
        }
        all.problems().forEach(problem -> err.println("pepper: " + problem));
        return all;
    }
}
