package io.pepper.examples.http;

import io.pepper.model.Isolation;
import io.pepper.model.ReadOptions;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The address and limits of a {@link PepperService}. Immutable.
 *
 * @param address the address on which it listens; the loopback address unless other machines should reach it
 * @param port the port; 0 for any free one
 * @param hostNames names, besides {@code localhost} and plain addresses, by which clients may call the service (their
 *     {@code Host} header)
 * @param maxUploadBytes maximum size of a request, in bytes
 * @param maxDiskBytes maximum disk space of the models and parts of all jobs, in bytes
 * @param jobLifetime time for which a job's parts are kept after it has ended
 * @param jobDeadline maximum time of a job
 * @param isolation limits of the child process in which ONNX Runtime opens an upload
 * @param runs limits of requests that run a deployment of a cluster
 * @param generations limits of requests that generate text
 */
public record ServiceOptions(
        String address,
        int port,
        Set<String> hostNames,
        long maxUploadBytes,
        long maxDiskBytes,
        Duration jobLifetime,
        Duration jobDeadline,
        Isolation isolation,
        RunLimits runs,
        GenerationLimits generations) {
    /**
     * The default options: the loopback address at a free port, 2 GiB per request, 8 GiB in total, an hour for parts,
     * ten minutes for a job.
     */
    public static final ServiceOptions DEFAULTS = new ServiceOptions(
            "127.0.0.1",
            0,
            Set.of(),
            2L << 30,
            8L << 30,
            Duration.ofHours(1),
            Duration.ofMinutes(10),
            Isolation.DEFAULTS,
            RunLimits.DEFAULTS,
            GenerationLimits.DEFAULTS);

    /**
     * Creates options.
     *
     * @param address the address on which it listens
     * @param port the port; 0 for any free one
     * @param hostNames names, besides {@code localhost} and plain addresses, by which clients may call the service
     * @param maxUploadBytes maximum size of a request, in bytes
     * @param maxDiskBytes maximum disk space of the models and parts of all jobs, in bytes
     * @param jobLifetime time for which a job's parts are kept after it has ended
     * @param jobDeadline maximum time of a job
     * @param isolation limits of the child process in which ONNX Runtime opens an upload
     * @param runs limits of requests that run a deployment of a cluster
     * @param generations limits of requests that generate text
     * @throws IllegalArgumentException if a limit is not more than 0
     */
    public ServiceOptions {
        hostNames = Set.copyOf(hostNames);
        if (maxUploadBytes <= 0 || maxDiskBytes <= 0 || !isMore(jobLifetime) || !isMore(jobDeadline)) {
            throw new IllegalArgumentException("bounds must be more than 0: " + maxUploadBytes + ", " + maxDiskBytes
                    + ", " + jobLifetime + ", " + jobDeadline);
        }
    }

    private static boolean isMore(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    /**
     * Sets the address and port.
     *
     * @param where the address; {@code 0.0.0.0} for all
     * @param at the port; 0 for any free one
     * @return new options
     */
    public ServiceOptions withAddress(String where, int at) {
        return with(changed -> {
            changed.address = where;
            changed.port = at;
        });
    }

    /**
     * Sets the accepted host names.
     *
     * @param names the names, without a port
     * @return new options
     */
    public ServiceOptions withHostNames(Set<String> names) {
        return with(changed -> changed.hostNames = names);
    }

    /**
     * Sets the limits on bytes.
     *
     * @param upload maximum size of a request
     * @param disk maximum disk space of all jobs
     * @return new options
     */
    public ServiceOptions withMaxBytes(long upload, long disk) {
        return with(changed -> {
            changed.maxUploadBytes = upload;
            changed.maxDiskBytes = disk;
        });
    }

    /**
     * Sets the limits on time.
     *
     * @param lifetime time for which a job's parts are kept after it has ended
     * @param deadline maximum time of a job
     * @return new options
     */
    public ServiceOptions withJobTimes(Duration lifetime, Duration deadline) {
        return with(changed -> {
            changed.jobLifetime = lifetime;
            changed.jobDeadline = deadline;
        });
    }

    /**
     * Sets the limits of the child process.
     *
     * @param limits deadline and memory of each task on an upload
     * @return new options
     */
    public ServiceOptions withIsolation(Isolation limits) {
        return with(changed -> changed.isolation = limits);
    }

    /**
     * Sets the limits of requests that run a deployment.
     *
     * @param limits size, number and times of these requests
     * @return new options
     */
    public ServiceOptions withRuns(RunLimits limits) {
        return with(changed -> changed.runs = limits);
    }

    /**
     * Sets the limits of requests that generate text.
     *
     * @param limits lengths, number and times of these requests
     * @return new options
     */
    public ServiceOptions withGenerations(GenerationLimits limits) {
        return with(changed -> changed.generations = limits);
    }

    /** Returns the options for opening uploads. */
    ReadOptions reading() {
        return ReadOptions.DEFAULTS.withIsolation(isolation);
    }

    private ServiceOptions with(Consumer<Changed> change) {
        Changed changed = new Changed(this);
        change.accept(changed);
        return changed.options();
    }

    /** The values of a copy while one or several of them change. */
    private static final class Changed {
        private String address;
        private int port;
        private Set<String> hostNames;
        private long maxUploadBytes;
        private long maxDiskBytes;
        private Duration jobLifetime;
        private Duration jobDeadline;
        private Isolation isolation;
        private RunLimits runs;
        private GenerationLimits generations;

        private Changed(ServiceOptions options) {
            address = options.address;
            port = options.port;
            hostNames = options.hostNames;
            maxUploadBytes = options.maxUploadBytes;
            maxDiskBytes = options.maxDiskBytes;
            jobLifetime = options.jobLifetime;
            jobDeadline = options.jobDeadline;
            isolation = options.isolation;
            runs = options.runs;
            generations = options.generations;
        }

        private ServiceOptions options() {
            return new ServiceOptions(
                    address,
                    port,
                    hostNames,
                    maxUploadBytes,
                    maxDiskBytes,
                    jobLifetime,
                    jobDeadline,
                    isolation,
                    runs,
                    generations);
        }
    }
}
