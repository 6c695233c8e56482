package io.pepper.partition;

/**
 * A limit that no part may exceed.
 *
 * @param what the limited quantity, in words for messages
 * @param costs the amount that operators take
 * @param most the largest amount for the operators of a part together
 */
record Limit(String what, OperatorCosts costs, long most) {
    Limit {
        if (most < 0) {
            throw new IllegalArgumentException("a limit of 0 or more " + what + " is needed, found " + most);
        }
    }
}
