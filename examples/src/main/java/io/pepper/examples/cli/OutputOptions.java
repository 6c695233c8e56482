package io.pepper.examples.cli;

import picocli.CommandLine.Option;

/** The options for printing results. */
final class OutputOptions {
    @Option(names = "--json", description = "Print only one JSON document to standard output.")
    boolean json;
}
