package io.pepper.export;

import io.pepper.export.internal.Difference;
import io.pepper.export.internal.Evidence;
import io.pepper.export.internal.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The comparisons of one output so far. */
final class OutputTrack {
    private final String name;
    private final VerificationOptions options;
    private @Nullable Snapshot first;
    private List<Long> shape = List.of();
    private Difference difference = Difference.NONE;
    private Optional<String> weakness = Optional.empty();
    private boolean strong;
    private boolean changed;
    private int trials;

    OutputTrack(String name, VerificationOptions options) {
        this.name = name;
        this.options = options;
    }

    void add(Snapshot whole, Snapshot chain) {
        Difference found = Difference.of(whole, chain, options.absoluteTolerance(), options.relativeTolerance());
        Snapshot start = first;
        if (start == null) {
            first = whole;
        } else {
            changed |= !Difference.of(start, whole, 0, 0).identical();
        }
        if (start == null
                || (!found.identical() && (difference.identical() || found.absolute() > difference.absolute()))) {
            shape = whole.shape();
        }
        difference = difference.or(found);
        Optional<String> reason = Evidence.weakness(whole);
        strong |= reason.isEmpty();
        weakness = reason.isPresent() ? reason : weakness;
        trials++;
    }

    /** Returns why agreement is weak evidence, given whether the inputs changed between trials. */
    Optional<String> weakness(boolean inputsChange) {
        if (!strong) {
            return weakness;
        }
        return inputsChange && trials > 1 && !changed
                ? Optional.of("the same in all " + trials + " trials")
                : Optional.empty();
    }

    private String type() {
        Snapshot seen = first;
        return seen == null ? "?" : seen.type();
    }

    /** Returns the result for an output in which the whole model differs from itself. */
    Verification.OutputComparison notComparable() {
        return new Verification.OutputComparison(
                name,
                type(),
                shape,
                false,
                false,
                false,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                false,
                Optional.empty());
    }

    Verification.OutputComparison result(boolean inputsChange, boolean exact) {
        Optional<String> weak = weakness(inputsChange);
        return new Verification.OutputComparison(
                name,
                type(),
                shape,
                true,
                difference.identical(),
                exact ? difference.identical() : difference.within(),
                OptionalDouble.of(difference.absolute()),
                OptionalDouble.of(difference.relative()),
                difference.where(),
                weak.isPresent(),
                weak);
    }
}
