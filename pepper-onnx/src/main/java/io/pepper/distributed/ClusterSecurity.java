package io.pepper.distributed;

import io.pepper.distributed.internal.control.Identity;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The certificate of a member, for mutual TLS and signed messages. All members have certificates of one authority, whose
 * common name is the name of the device or the client. {@link ClusterCertificates} makes them. Immutable and therefore
 * thread-safe.
 *
 * @param certificate the file of the certificate, as PEM
 * @param key the file of its private key, as PEM (PKCS #8, without a password)
 * @param authority the file of the authority's certificate, as PEM
 */
public record ClusterSecurity(Path certificate, Path key, Path authority) {
    /**
     * Returns the files that {@link ClusterCertificates#create} writes.
     *
     * @param directory the directory of the certificates
     * @param name the name of the device or the client
     * @return {@code NAME.pem}, {@code NAME.key} and {@code authority.pem}
     */
    public static ClusterSecurity of(Path directory, String name) {
        return new ClusterSecurity(
                directory.resolve(name + ".pem"), directory.resolve(name + ".key"), directory.resolve("authority.pem"));
    }

    /** Reads the files. */
    Identity identity() throws IOException {
        return Identity.load(certificate, key, authority);
    }
}
