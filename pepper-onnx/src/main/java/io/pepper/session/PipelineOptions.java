package io.pepper.session;

import java.util.Objects;
import java.util.Optional;

/**
 * How a pipeline runs. Immutable and therefore thread-safe.
 *
 * @param runtime how its parts are opened and run
 * @param queueCapacity how many requests may wait for a stage, at least 1
 * @param mostUnderWay how many requests may be under way before {@link PipelineSession#submit} waits, at least 1; empty for as
 *     many as the stages and their queues hold
 * @param rehearsal the devices and links that it is run as if on; empty for this machine
 */
public record PipelineOptions(
        RuntimeOptions runtime, int queueCapacity, Optional<Integer> mostUnderWay, Optional<Rehearsal> rehearsal) {
    /** Parts with their defaults, two requests in each queue, no rehearsal. */
    public static final PipelineOptions DEFAULTS =
            new PipelineOptions(RuntimeOptions.DEFAULTS, 2, Optional.empty(), Optional.empty());

    /**
     * Checks the numbers.
     *
     * @param runtime see the record
     * @param queueCapacity see the record
     * @param mostUnderWay see the record
     * @param rehearsal see the record
     * @throws IllegalArgumentException if a number is out of its range
     */
    public PipelineOptions {
        Objects.requireNonNull(runtime);
        Objects.requireNonNull(rehearsal);
        if (queueCapacity < 1 || mostUnderWay.orElse(1) < 1) {
            throw new IllegalArgumentException(
                    "queueCapacity " + queueCapacity + ", mostUnderWay " + mostUnderWay + ": out of range");
        }
    }

    /**
     * With other options for its parts.
     *
     * @param value the options
     * @return these options with them
     */
    public PipelineOptions withRuntime(RuntimeOptions value) {
        return new PipelineOptions(value, queueCapacity, mostUnderWay, rehearsal);
    }

    /**
     * With longer or shorter queues.
     *
     * @param value how many requests may wait for a stage, at least 1
     * @return these options with it
     */
    public PipelineOptions withQueueCapacity(int value) {
        return new PipelineOptions(runtime, value, mostUnderWay, rehearsal);
    }

    /**
     * With another number of requests under way.
     *
     * @param value at least 1
     * @return these options with it
     */
    public PipelineOptions withMostUnderWay(int value) {
        return new PipelineOptions(runtime, queueCapacity, Optional.of(value), rehearsal);
    }

    /**
     * As if on other devices.
     *
     * @param value the devices and links
     * @return these options with them
     */
    public PipelineOptions withRehearsal(Rehearsal value) {
        return new PipelineOptions(runtime, queueCapacity, mostUnderWay, Optional.of(value));
    }
}
