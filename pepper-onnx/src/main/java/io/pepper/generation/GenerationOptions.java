package io.pepper.generation;

import io.pepper.session.PipelineOptions;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Options of a {@link GenerationSession}. Immutable.
 *
 * @param pipeline how to open and run the parts
 * @param maxCacheBytes the largest size of the caches of each part, of all sequences together; empty for no limit
 * @param evicts whether the caches of the sequence that was used least recently are dropped at the limit, to be computed
 *     again when it continues; else a step that would exceed the limit fails
 * @param promptChunk the largest number of tokens that run at once; longer prompts run in several steps, between which
 *     other sequences run; empty for no limit
 */
public record GenerationOptions(
        PipelineOptions pipeline, OptionalLong maxCacheBytes, boolean evicts, OptionalInt promptChunk) {
    /** Default options of a pipeline, no limits. */
    public static final GenerationOptions DEFAULTS =
            new GenerationOptions(PipelineOptions.DEFAULTS, OptionalLong.empty(), false, OptionalInt.empty());

    /**
     * Creates options.
     *
     * @param pipeline how to open and run the parts
     * @param maxCacheBytes the largest size of the caches of each part
     * @param evicts whether caches are dropped at the limit
     * @param promptChunk the largest number of tokens that run at once
     * @throws IllegalArgumentException if a limit is not more than 0
     */
    public GenerationOptions {
        Objects.requireNonNull(pipeline);
        if (maxCacheBytes.orElse(1) < 1 || promptChunk.orElse(1) < 1) {
            throw new IllegalArgumentException(
                    "maxCacheBytes " + maxCacheBytes + ", promptChunk " + promptChunk + ": must be more than 0");
        }
    }

    /**
     * Sets how to open and run the parts.
     *
     * @param value the options
     * @return new options
     */
    public GenerationOptions withPipeline(PipelineOptions value) {
        return new GenerationOptions(value, maxCacheBytes, evicts, promptChunk);
    }

    /**
     * Limits the caches of each part.
     *
     * @param bytes more than 0
     * @param evict whether the caches of the sequence that was used least recently are dropped at the limit
     * @return new options
     */
    public GenerationOptions withMaxCacheBytes(long bytes, boolean evict) {
        return new GenerationOptions(pipeline, OptionalLong.of(bytes), evict, promptChunk);
    }

    /**
     * Limits the number of tokens that run at once.
     *
     * @param tokens more than 0
     * @return new options
     */
    public GenerationOptions withPromptChunk(int tokens) {
        return new GenerationOptions(pipeline, maxCacheBytes, evicts, OptionalInt.of(tokens));
    }
}
