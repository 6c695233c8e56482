package io.pepper.distributed;

import io.pepper.distributed.internal.control.CertificateAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A small certificate authority for a cluster, made by the JDK's {@code keytool}. Stateless and therefore thread-safe.
 */
public final class ClusterCertificates {
    /** The default validity of certificates: 825 days. */
    public static final Duration VALIDITY = Duration.ofDays(825);

    private ClusterCertificates() {}

    /**
     * Makes a certificate for each name: {@code NAME.pem} and {@code NAME.key}. The first call makes the authority too:
     * {@code authority.pem} for all members, and {@code authority.p12} with {@code authority.password}, with which later
     * calls make further certificates. Only the owner can read keys and the password.
     *
     * <p>Copy {@code authority.pem}, {@code NAME.pem} and {@code NAME.key} to the device of this name, and nothing else.
     *
     * @param directory the directory, which is created if needed
     * @param names the names of devices and clients, letters, digits, {@code .}, {@code _} and {@code -}
     * @param validity the validity of the new certificates from now on, at least a day
     * @return the new files
     * @throws java.nio.file.FileAlreadyExistsException if there is a certificate or key of one of the names; then nothing is
     *     written
     * @throws IllegalArgumentException if a name is not allowed, or the validity is less than a day
     * @throws IOException if {@code keytool} fails or a file cannot be written
     */
    public static List<Path> create(Path directory, List<String> names, Duration validity) throws IOException {
        names.forEach(ClusterNames::require);
        if (validity.toDays() < 1) {
            throw new IllegalArgumentException("validity " + validity + " is less than a day");
        }
        if (names.contains("authority")) {
            throw new IllegalArgumentException("the name 'authority' is that of the authority");
        }
        return new CertificateAuthority(directory).issue(names, validity.toDays());
    }
}
