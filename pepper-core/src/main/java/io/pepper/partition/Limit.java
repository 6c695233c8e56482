package io.pepper.partition;

/**
 * What no part may exceed.
 *
 * @param what what is limited, in words for messages
 * @param costs what operators take of it
 * @param most the most that the operators of a part may take together
 */
record Limit(String what, OperatorCosts costs, long most) {
    Limit {
        if (most < 0) {
            throw new IllegalArgumentException("a limit of 0 or more " + what + " is needed, found " + most);
        }
    }
}
