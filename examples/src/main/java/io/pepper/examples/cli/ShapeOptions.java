package io.pepper.examples.cli;

import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Parts that are not one after the other. */
final class ShapeOptions {
    @ArgGroup(exclusive = true)
    private Shape shape = new Shape();

    /** One of them. */
    static final class Shape {
        @Option(
                names = "--branches",
                paramLabel = "N",
                description =
                        "Make N parts of independent branches (towers that meet, heads that part), which then run at the"
                                + " same time. A device may be come back to.")
        private Optional<Integer> branches = Optional.empty();

        @Option(
                names = "--operators",
                description =
                        "Divide between two devices operator by operator, wherever that is cheapest; without limits.")
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
