package io.pepper.distributed;

import io.pepper.distributed.internal.control.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** The checks of the address on which a member listens, and of its certificate. */
final class Listening {
    private Listening() {}

    /** Returns a numeric address of this machine. */
    static InetAddress resolve(String host) throws IOException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException unknown) {
            throw new IOException(host + ": is no address of this machine", unknown);
        }
    }

    /** Returns the address by which others reach a member. */
    static InetAddress advertised(InetAddress bound, Optional<String> advertised) throws IOException {
        if (advertised.isPresent()) {
            return resolve(advertised.get());
        }
        if (bound.isAnyLocalAddress()) {
            throw new IOException(bound.getHostAddress()
                    + ": other members need one address of this machine; name it with --advertise");
        }
        return bound;
    }

    /** Refuses other addresses than loopback without a certificate, and a certificate of another name. */
    static Optional<Identity> identity(Optional<ClusterSecurity> security, String name, InetAddress... addresses)
            throws IOException {
        if (security.isEmpty()) {
            for (InetAddress address : addresses) {
                if (!address.isLoopbackAddress()) {
                    throw new IOException(address.getHostAddress()
                            + ": other machines reach this address, so that all members need certificates: make them with"
                            + " 'pepper certs --out DIR NAME…' and name the directory with --certs");
                }
            }
            return Optional.empty();
        }
        Identity identity = security.get().identity();
        if (!identity.name().equals(name)) {
            throw new IOException(security.get().certificate() + ": is the certificate of '" + identity.name()
                    + "', not of '" + name + "'");
        }
        return Optional.of(identity);
    }
}
