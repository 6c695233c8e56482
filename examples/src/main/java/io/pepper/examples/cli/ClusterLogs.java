package io.pepper.examples.cli;

/** The log of the cluster's library in commands: errors alone, since the commands explain what went wrong. */
final class ClusterLogs {
    private ClusterLogs() {}

    /** Sets the levels before the first logger is made, unless the user has set them. */
    static void quiet() {
        set("org.apache.pekko", "off");
        set("io.pepper.distributed", "error");
    }

    /** Sets the level of a node's log: warnings of this library, errors of Pekko. */
    static void ofNode() {
        set("org.apache.pekko", "error");
        set("io.pepper.distributed", "info");
    }

    private static void set(String logger, String level) {
        String property = "org.slf4j.simpleLogger.log." + logger;
        if (System.getProperty(property) == null) {
            System.setProperty(property, level);
        }
    }
}
