package io.pepper.predict;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A provenance without content, for predictors in tests. */
final class SomeFacts {
    static final Provenance NONE =
            new Provenance("", 0, 0, 0, List.of(), List.of(), List.of(), Instant.EPOCH, "", "", "", Map.of());

    private SomeFacts() {}
}
