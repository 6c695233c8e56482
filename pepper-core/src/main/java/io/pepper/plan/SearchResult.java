package io.pepper.plan;

/**
 * The outcome of a search.
 *
 * @param route the best route that was found; {@link Route#NONE} if none was
 * @param lowerBound a lower bound on the cost of all routes
 * @param complete whether the search is complete, so that the route is proven to be the best, or proven not to exist
 */
record SearchResult(Route route, double lowerBound, boolean complete) {
    /** Returns the result of a complete search: the best route, or {@link Route#NONE} if there is none. */
    static SearchResult proven(Route route) {
        return new SearchResult(route, Double.POSITIVE_INFINITY, true);
    }

    boolean isFound() {
        return route.parts() > 0;
    }
}
