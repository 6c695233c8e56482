package io.pepper.session;

import java.util.Optional;

/**
 * What became of a request of a stream: outputs or a failure.
 *
 * @param index its place in the stream, from 0
 * @param outputs what the model gave, for the receiver to close; empty if it failed
 * @param failure why there are none; empty if there are
 */
public record RunOutcome(long index, Optional<RunOutputs> outputs, Optional<Throwable> failure) {}
