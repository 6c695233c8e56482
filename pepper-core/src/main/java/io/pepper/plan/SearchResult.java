package io.pepper.plan;

/**
 * The outcome of a search.
 *
 * @param route the best that was found, {@link Route#NONE} if nothing was
 * @param lowerBound no route costs less
 * @param complete whether the search came to its end, so that the route is proven to be the best, or that there is none
 */
record SearchResult(Route route, double lowerBound, boolean complete) {
    /** A route that is proven to be the best; {@link Route#NONE} if there is proven to be none. */
    static SearchResult proven(Route route) {
        return new SearchResult(route, Double.POSITIVE_INFINITY, true);
    }

    boolean isFound() {
        return route.parts() > 0;
    }
}
