package io.pepper.session;

/**
 * What the checks of a running plan found so far.
 *
 * @param requests how many requests there were
 * @param checked how many of them were compared with the whole model
 * @param unchecked how many were to be, but the whole model could not answer
 * @param identical how many of the answers agreed in every bit
 * @param within how many of the answers were within the tolerance
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
     * Whether nothing is wrong.
     *
     * @return whether every answer that was checked was within the tolerance
     */
    public boolean passed() {
        return within == checked;
    }
}
