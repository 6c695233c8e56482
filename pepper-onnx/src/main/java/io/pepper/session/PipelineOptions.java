package io.pepper.session;

import java.util.Objects;
import java.util.Optional;

/**
 * Options of a pipeline. Immutable and therefore thread-safe.
 *
 * @param runtime how the parts are opened and run
 * @param queueCapacity the capacity of each stage's queue in requests, at least 1
 * @param maxUnderWay the number of requests in progress from which {@link PipelineSession#submit} waits, at least 1;
 *     empty for the capacity of the stages and their queues
 * @param emulation the emulated devices and links; empty for this machine
 */
public record PipelineOptions(
        SessionOptions runtime,
        int queueCapacity,
        Optional<Integer> maxUnderWay,
        Optional<ClusterEmulation> emulation) {
    /** Default options for the parts, queues of two requests, no emulation. */
    public static final PipelineOptions DEFAULTS =
            new PipelineOptions(SessionOptions.DEFAULTS, 2, Optional.empty(), Optional.empty());

    /**
     * Checks the numbers.
     *
     * @param runtime how the parts are opened and run
     * @param queueCapacity the capacity of each stage's queue in requests, at least 1
     * @param maxUnderWay the number of requests in progress from which {@link PipelineSession#submit} waits, at
     *     least 1
     * @param emulation the emulated devices and links
     * @throws IllegalArgumentException if a number is out of its range
     */
    public PipelineOptions {
        Objects.requireNonNull(runtime);
        Objects.requireNonNull(emulation);
        if (queueCapacity < 1 || maxUnderWay.orElse(1) < 1) {
            throw new IllegalArgumentException(
                    "queueCapacity " + queueCapacity + ", maxUnderWay " + maxUnderWay + ": out of range");
        }
    }

    /**
     * Returns these options with other options for the parts.
     *
     * @param value the options
     * @return the options
     */
    public PipelineOptions withRuntime(SessionOptions value) {
        return new PipelineOptions(value, queueCapacity, maxUnderWay, emulation);
    }

    /**
     * Returns these options with another queue capacity.
     *
     * @param value the capacity of each stage's queue in requests, at least 1
     * @return the options
     */
    public PipelineOptions withQueueCapacity(int value) {
        return new PipelineOptions(runtime, value, maxUnderWay, emulation);
    }

    /**
     * Returns these options with another limit on requests in progress.
     *
     * @param value at least 1
     * @return the options
     */
    public PipelineOptions withMaxUnderWay(int value) {
        return new PipelineOptions(runtime, queueCapacity, Optional.of(value), emulation);
    }

    /**
     * Returns these options with emulated devices and links.
     *
     * @param value the devices and links
     * @return the options
     */
    public PipelineOptions withEmulation(ClusterEmulation value) {
        return new PipelineOptions(runtime, queueCapacity, maxUnderWay, Optional.of(value));
    }

    /**
     * Returns how the parts are opened: like {@link #runtime()}, with the threads and cores of emulated devices.
     *
     * @return the options
     */
    public SessionOptions opening() {
        return emulation.map(devices -> devices.options(runtime)).orElse(runtime);
    }
}
