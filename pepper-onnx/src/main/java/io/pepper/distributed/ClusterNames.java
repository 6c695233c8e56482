package io.pepper.distributed;

import java.util.regex.Pattern;

/** The names of devices, clients and deployments. */
final class ClusterNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private ClusterNames() {}

    /** Returns a name, or refuses it. */
    static String require(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("the name '" + name
                    + "' is not allowed: names have 1 to 63 letters, digits, '.', '_' and '-', and start with a letter or a"
                    + " digit");
        }
        return name;
    }
}
