package io.pepper.distributed;

/**
 * Strategies for a cluster whose nodes do not reach each other: they select the side that continues. The nodes of the
 * other side leave, and join again once they reach the first. All members of a cluster need the same strategy. Clients
 * do not count.
 */
public enum SplitBrain {
    /** The side with more nodes continues; with equal sides, the one with the lowest address. */
    KEEP_MAJORITY("keep-majority"),
    /** The side with the oldest node continues; if that node is alone, the other side. */
    KEEP_OLDEST("keep-oldest"),
    /** A side with at least {@link ClusterNodeOptions#quorum()} nodes continues. */
    STATIC_QUORUM("static-quorum"),
    /** No side continues: all nodes leave and join again. */
    DOWN_ALL("down-all");

    private final String text;

    SplitBrain(String text) {
        this.text = text;
    }

    /**
     * Returns the name in options and messages.
     *
     * @return for instance {@code keep-majority}
     */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }
}
