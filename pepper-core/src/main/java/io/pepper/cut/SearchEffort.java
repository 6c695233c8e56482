package io.pepper.cut;

/**
 * The effort of a search, and whether its budget ended it. Budgets are counted in steps of work, so that the same input
 * always gives the same answer, however busy the machine is.
 *
 * @param steps the steps of work that the search took, 0 or more; a step is about ten nanoseconds
 * @param limited whether the budget ended the search, or narrowed it: the answer is then one that was found, and a better one may exist
 */
public record SearchEffort(long steps, boolean limited) {
    static final SearchEffort NONE = new SearchEffort(0, false);

    /** Both together. */
    SearchEffort plus(SearchEffort other) {
        return new SearchEffort(steps + other.steps, limited || other.limited);
    }
}
