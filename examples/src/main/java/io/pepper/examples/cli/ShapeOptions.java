package io.pepper.examples.cli;

import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options for parts that do not form a chain. */
final class ShapeOptions {
    @ArgGroup(exclusive = true)
    private Shape shape = new Shape();

    /** Exclusive alternatives. */
    static final class Shape {
        @Option(
                names = "--branches",
                paramLabel = "N",
                description =
                        "Make N parts of independent branches (towers that meet, heads that separate), which run at the"
                                + " same time. Allows several separate parts on one device.")
        private Optional<Integer> branches = Optional.empty();

        @Option(
                names = "--operators",
                description = "Divide operator by operator between two devices, at the cheapest cut; without limits.")
        private boolean operators;
    }

    Optional<Integer> branches() {
        return shape.branches;
    }

    boolean operators() {
        return shape.operators;
    }

    boolean isChain() {
        return shape.branches.isEmpty() && !shape.operators;
    }
}
