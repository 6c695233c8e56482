package io.pepper.session;

import java.util.Optional;

/**
 * The outcome of a request in a stream: outputs or a failure.
 *
 * @param index the request's place in the stream, from 0
 * @param outputs the model's outputs, for the receiver to close; empty if the request failed
 * @param failure the failure; empty if the request was answered
 */
public record RunOutcome(long index, Optional<RunOutputs> outputs, Optional<Throwable> failure) {}
