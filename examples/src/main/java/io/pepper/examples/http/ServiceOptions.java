package io.pepper.examples.http;

import io.pepper.model.Isolation;
import io.pepper.model.ReadOptions;
import java.time.Duration;
import java.util.Set;

/**
 * Where a {@link PepperService} answers, and what it may take. Immutable.
 *
 * @param address the address on which it listens; the loopback address unless the caller wants others to reach it
 * @param port the port, 0 for any that is free
 * @param hostNames names, besides {@code localhost} and plain addresses, by which clients may call the service (their {@code Host}
 *     header)
 * @param mostUploadBytes the largest request
 * @param mostDiskBytes what the models and parts of all jobs may take together
 * @param jobLifetime how long a job's parts are kept after it has ended
 * @param jobDeadline how long a job may run
 * @param isolation limits of the child process in which ONNX Runtime sees an upload
 */
public record ServiceOptions(
        String address,
        int port,
        Set<String> hostNames,
        long mostUploadBytes,
        long mostDiskBytes,
        Duration jobLifetime,
        Duration jobDeadline,
        Isolation isolation) {
    /** On the loopback address at a free port; 2 GiB a request, 8 GiB in all, an hour for parts, ten minutes for a job. */
    public static final ServiceOptions DEFAULTS = new ServiceOptions(
            "127.0.0.1",
            0,
            Set.of(),
            2L << 30,
            8L << 30,
            Duration.ofHours(1),
            Duration.ofMinutes(10),
            Isolation.DEFAULTS);

    /**
     * Copies the set.
     *
     * @param address see the record
     * @param port see the record
     * @param hostNames see the record
     * @param mostUploadBytes see the record
     * @param mostDiskBytes see the record
     * @param jobLifetime see the record
     * @param jobDeadline see the record
     * @param isolation see the record
     * @throws IllegalArgumentException if a bound is not more than 0
     */
    public ServiceOptions {
        hostNames = Set.copyOf(hostNames);
        if (mostUploadBytes <= 0 || mostDiskBytes <= 0 || !isMore(jobLifetime) || !isMore(jobDeadline)) {
            throw new IllegalArgumentException("bounds must be more than 0: " + mostUploadBytes + ", " + mostDiskBytes
                    + ", " + jobLifetime + ", " + jobDeadline);
        }
    }

    private static boolean isMore(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    /**
     * Listens elsewhere.
     *
     * @param where the address, {@code 0.0.0.0} for all
     * @param at the port, 0 for any that is free
     * @return new options
     */
    public ServiceOptions withAddress(String where, int at) {
        return new ServiceOptions(
                where, at, hostNames, mostUploadBytes, mostDiskBytes, jobLifetime, jobDeadline, isolation);
    }

    /**
     * Answers requests to other host names.
     *
     * @param names the names, without a port
     * @return new options
     */
    public ServiceOptions withHostNames(Set<String> names) {
        return new ServiceOptions(
                address, port, names, mostUploadBytes, mostDiskBytes, jobLifetime, jobDeadline, isolation);
    }

    /**
     * With other bounds on bytes.
     *
     * @param upload the largest request
     * @param disk what all jobs may take together
     * @return new options
     */
    public ServiceOptions withMostBytes(long upload, long disk) {
        return new ServiceOptions(address, port, hostNames, upload, disk, jobLifetime, jobDeadline, isolation);
    }

    /**
     * With other bounds on time.
     *
     * @param lifetime how long a job's parts are kept after it has ended
     * @param deadline how long a job may run
     * @return new options
     */
    public ServiceOptions withJobTimes(Duration lifetime, Duration deadline) {
        return new ServiceOptions(
                address, port, hostNames, mostUploadBytes, mostDiskBytes, lifetime, deadline, isolation);
    }

    /**
     * With other limits of the child process.
     *
     * @param limits deadline and memory of each piece of work on an upload
     * @return new options
     */
    public ServiceOptions withIsolation(Isolation limits) {
        return new ServiceOptions(
                address, port, hostNames, mostUploadBytes, mostDiskBytes, jobLifetime, jobDeadline, limits);
    }

    /** How uploads are opened. */
    ReadOptions reading() {
        return ReadOptions.DEFAULTS.withIsolation(isolation);
    }
}
