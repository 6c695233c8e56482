package io.pepper.examples.cli;

import picocli.CommandLine.Option;

/** How results are printed. */
final class OutputOptions {
    @Option(names = "--json", description = "Print one JSON document on standard output and nothing else.")
    boolean json;
}
