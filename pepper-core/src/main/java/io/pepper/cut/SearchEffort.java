package io.pepper.cut;

/**
 * The effort of a search, and whether its budget ended it. Budgets are counted in steps of work, so that the same input
 * always leads to the same result, even on a busy machine.
 *
 * @param steps the steps of work that the search took, 0 or more; a step is about ten nanoseconds
 * @param limited whether the budget ended or narrowed the search, so that a better result may exist
 */
public record SearchEffort(long steps, boolean limited) {
    static final SearchEffort NONE = new SearchEffort(0, false);

    /** Returns the sum of both efforts. */
    SearchEffort plus(SearchEffort other) {
        return new SearchEffort(steps + other.steps, limited || other.limited);
    }
}
