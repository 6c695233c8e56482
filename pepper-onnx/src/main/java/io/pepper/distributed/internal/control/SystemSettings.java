package io.pepper.distributed.internal.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of a member's actor system.
 *
 * @param bindHost the address on which it listens
 * @param host the address by which other members reach it
 * @param port the port; 0 for any free one
 * @param roles the roles of the member
 * @param identity the certificate; empty without TLS
 * @param unreachableAfter the silence after which a member counts as unreachable
 * @param removedAfter the time after which the strategy removes unreachable members
 * @param strategy Pekko's name of the strategy against split brain
 * @param quorum the number of nodes of the strategy {@code static-quorum}
 */
public record SystemSettings(
        String bindHost,
        String host,
        int port,
        List<String> roles,
        Optional<Identity> identity,
        Duration unreachableAfter,
        Duration removedAfter,
        String strategy,
        int quorum) {
    /** The role of members that hold parts. Only these decide about split brain. */
    public static final String NODE = "node";

    /** The role of members that deploy and run. */
    public static final String CLIENT = "client";

    private static final String DEVICE = "device:";

    /**
     * Returns the role that names a device.
     *
     * @param name the name of the device
     * @return the role
     */
    public static String device(String name) {
        return DEVICE + name;
    }

    /** Returns the device that a role names. */
    static Optional<String> device(Iterable<String> roles) {
        for (String role : roles) {
            if (role.startsWith(DEVICE)) {
                return Optional.of(role.substring(DEVICE.length()));
            }
        }
        return Optional.empty();
    }

    /** Returns these settings with another port. */
    SystemSettings withPort(int value) {
        return new SystemSettings(
                bindHost, host, value, roles, identity, unreachableAfter, removedAfter, strategy, quorum);
    }
}
