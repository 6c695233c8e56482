package io.pepper.session;

/**
 * The findings about a running plan so far.
 *
 * @param requests the number of requests
 * @param checked the number of requests compared with the whole model
 * @param unchecked the number of sampled requests that the whole model could not answer
 * @param identical the number of bit-identical answers
 * @param within the number of answers within the tolerance
 * @param largestAbsolute the largest absolute difference of an element
 * @param largestRelative the largest relative difference of an element
 */
public record SamplingReport(
        long requests,
        long checked,
        long unchecked,
        long identical,
        long within,
        double largestAbsolute,
        double largestRelative) {
    /**
     * Returns whether no check failed.
     *
     * @return whether every checked answer was within the tolerance
     */
    public boolean passed() {
        return within == checked;
    }
}
