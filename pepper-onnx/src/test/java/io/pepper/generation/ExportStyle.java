package io.pepper.generation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The names, types and shapes of the inputs and outputs of an exporter's text generators.
 *
 * @param name the name of the style
 * @param past the name of a cache's input, with {@code #} for the layer and {@code @} for key or value
 * @param present the name of its output
 * @param layout the axes of a cache
 * @param mask the mask
 * @param positions the positions
 * @param tokens the input of tokens
 * @param extras further inputs, and types of 16 bits
 */
record ExportStyle(
        String name,
        String past,
        String present,
        Layout layout,
        Mask mask,
        Positions positions,
        Tokens tokens,
        List<Extra> extras) {
    /** The axes of a cache. */
    enum Layout {
        /** Batch, heads, tokens, width. */
        BATCH_FIRST("batch_size", ExportedDecoder.HEADS, "past_sequence_length", ExportedDecoder.HEAD),
        /** As before, with names of axes that say nothing. */
        UNNAMED("d0", ExportedDecoder.HEADS, "d1", ExportedDecoder.HEAD),
        /** A fixed batch, and names of axes that say nothing. */
        FIXED_BATCH(1, ExportedDecoder.HEADS, "n", ExportedDecoder.HEAD),
        /** Tokens, batch, heads, width. */
        SEQUENCE_FIRST("past_sequence_length", "batch_size", ExportedDecoder.HEADS, ExportedDecoder.HEAD),
        /** Key and value, batch, heads, tokens, width. */
        STACKED(2, "batch_size", ExportedDecoder.HEADS, "past_sequence_length", ExportedDecoder.HEAD),
        /** Batch, heads, width, tokens. */
        TRANSPOSED("batch_size", ExportedDecoder.HEADS, ExportedDecoder.HEAD, "past_sequence_length"),
        /** A buffer of fixed length, into which tokens are written at {@code cache_position}. */
        BUFFER(1, ExportedDecoder.HEADS, ExportedDecoder.LONGEST, ExportedDecoder.HEAD),
        /** GroupQueryAttention with caches that grow. */
        GROUP_QUERY("batch_size", ExportedDecoder.HEADS, "past_sequence_length", ExportedDecoder.HEAD),
        /** GroupQueryAttention with a shared buffer. */
        GROUP_QUERY_BUFFER(1, ExportedDecoder.HEADS, ExportedDecoder.LONGEST, ExportedDecoder.HEAD);

        private final String axes;

        Layout(Object... axes) {
            this.axes = Arrays.stream(axes).map(Object::toString).collect(Collectors.joining(" "));
        }

        Object[] axes(String length) {
            return Arrays.stream(axes.split(" ", -1))
                    .map(axis -> axis.matches("[0-9]+")
                            ? (Object) Long.valueOf(axis)
                            : axis.equals("past_sequence_length") ? length : axis)
                    .toArray();
        }
    }

    /** The mask: its type, its number of axes, and what its elements mean. */
    enum Mask {
        NONE,
        INT64_2,
        INT32_2,
        FLOAT_2,
        FLOAT_2_ADDED,
        BOOL_2,
        BOOL_2_HIDING,
        FLOAT_4_ADDED,
        HALF_4_ADDED,
        FLOAT_4,
        BOOL_4,
        BOOL_4_HIDING,
        INT64_4,
        BOOL_4_BUFFER;

        int axes() {
            return this == NONE ? 0 : name().contains("_4") ? 4 : 2;
        }

        boolean isAdded() {
            return name().contains("ADDED");
        }

        boolean isHiding() {
            return name().contains("HIDING");
        }
    }

    /** The positions. */
    enum Positions {
        NONE,
        POSITION_IDS,
        CACHE_POSITION,
        THREE_ROWS
    }

    /** The input of tokens. */
    enum Tokens {
        INT64,
        INT32,
        RANK_1,
        ONE_AT_A_TIME
    }

    /** Further inputs and types. */
    enum Extra {
        TOKEN_TYPES,
        NUM_LOGITS_TO_KEEP,
        HALF_CACHES,
        HALF_LOGITS,
        ENCODER_STATES,
        ENCODER_CACHES,
        ENCODER_CACHES_PASSED_ON
    }

    private static final String OPTIMUM = "past_key_values.#.@";
    private static final String OPTIMUM_PRESENT = "present.#.@";

    /** A style with Optimum's names. */
    private static ExportStyle optimum(
            String name, Layout layout, Mask mask, Positions positions, Tokens tokens, Extra... extras) {
        return new ExportStyle(name, OPTIMUM, OPTIMUM_PRESENT, layout, mask, positions, tokens, List.of(extras));
    }

    /** A style with other names. */
    private static ExportStyle named(String past, String present) {
        return new ExportStyle(
                past + " to " + present,
                past,
                present,
                Layout.BATCH_FIRST,
                Mask.INT64_2,
                Positions.POSITION_IDS,
                Tokens.INT64,
                List.of());
    }

    static List<ExportStyle> decoders() {
        Layout first = Layout.BATCH_FIRST;
        Positions ids = Positions.POSITION_IDS;
        return List.of(
                named("past_key_values.#.@", "present.#.@"),
                named("past_key_values.#.@", "present_key_values.#.@"),
                named("past_key_values.#.decoder.@", "present.#.decoder.@"),
                named("past.#.@", "present.#.@"),
                named("past_@_self_#", "present_@_self_#"),
                named("past_@_#", "present_@_#"),
                named("past_@_#_in", "past_@_#_out"),
                named("@_cache_#", "new_@_cache_#"),
                named("@_cache.#", "@_cache_out.#"),
                named("cache_@_#", "updated_cache_@_#"),
                named("in_@_#", "out_@_#"),
                named("memory.#.@", "kept.#.@.a"),
                new ExportStyle(
                        "stacked", "past_#", "present_#", Layout.STACKED, Mask.INT64_2, ids, Tokens.INT64, List.of()),
                optimum("no mask and no positions", first, Mask.NONE, Positions.NONE, Tokens.INT64),
                optimum("no positions", first, Mask.INT64_2, Positions.NONE, Tokens.INT64),
                optimum("no names of axes", Layout.UNNAMED, Mask.INT64_2, ids, Tokens.INT64),
                optimum("fixed batch", Layout.FIXED_BATCH, Mask.INT64_2, ids, Tokens.INT64),
                optimum("sequence first", Layout.SEQUENCE_FIRST, Mask.INT64_2, ids, Tokens.INT64),
                optimum("transposed", Layout.TRANSPOSED, Mask.INT64_2, ids, Tokens.INT64),
                optimum("int32", first, Mask.INT32_2, ids, Tokens.INT32),
                optimum("float mask", first, Mask.FLOAT_2, ids, Tokens.INT64),
                optimum("added float mask", first, Mask.FLOAT_2_ADDED, ids, Tokens.INT64),
                optimum("bool mask", first, Mask.BOOL_2, ids, Tokens.INT64),
                optimum("hiding bool mask", first, Mask.BOOL_2_HIDING, ids, Tokens.INT64),
                optimum("four axes, added", first, Mask.FLOAT_4_ADDED, ids, Tokens.INT64),
                optimum("four axes, added, 16 bits", first, Mask.HALF_4_ADDED, ids, Tokens.INT64),
                optimum("four axes, float", first, Mask.FLOAT_4, ids, Tokens.INT64),
                optimum("four axes, bool", first, Mask.BOOL_4, ids, Tokens.INT64),
                optimum("four axes, hiding", first, Mask.BOOL_4_HIDING, ids, Tokens.INT64),
                optimum("four axes, int64", first, Mask.INT64_4, ids, Tokens.INT64),
                optimum("cache_position", first, Mask.INT64_2, Positions.CACHE_POSITION, Tokens.INT64),
                optimum("buffer", Layout.BUFFER, Mask.NONE, Positions.CACHE_POSITION, Tokens.INT64),
                optimum("buffer, mask", Layout.BUFFER, Mask.BOOL_4_BUFFER, Positions.CACHE_POSITION, Tokens.INT64),
                optimum("three rows of positions", first, Mask.INT64_2, Positions.THREE_ROWS, Tokens.INT64),
                optimum("tokens of one axis", first, Mask.INT64_2, Positions.NONE, Tokens.RANK_1),
                optimum("one token at a time", first, Mask.INT64_2, ids, Tokens.ONE_AT_A_TIME),
                optimum("types of tokens", first, Mask.INT64_2, ids, Tokens.INT64, Extra.TOKEN_TYPES),
                optimum("wanted logits", first, Mask.INT64_2, ids, Tokens.INT64, Extra.NUM_LOGITS_TO_KEEP),
                optimum("16 bits", first, Mask.INT64_2, ids, Tokens.INT64, Extra.HALF_CACHES, Extra.HALF_LOGITS),
                optimum("seqlens_k", Layout.GROUP_QUERY, Mask.NONE, Positions.NONE, Tokens.INT64),
                optimum("shared buffer", Layout.GROUP_QUERY_BUFFER, Mask.NONE, Positions.NONE, Tokens.INT64));
    }

    static List<ExportStyle> encoderDecoders() {
        Layout first = Layout.BATCH_FIRST;
        String own = "past_key_values.#.decoder.@";
        String next = "present.#.decoder.@";
        return List.of(
                new ExportStyle(
                        "states of an encoder",
                        own,
                        next,
                        first,
                        Mask.NONE,
                        Positions.NONE,
                        Tokens.INT64,
                        List.of(Extra.ENCODER_STATES)),
                new ExportStyle(
                        "caches of an encoder",
                        own,
                        next,
                        first,
                        Mask.NONE,
                        Positions.NONE,
                        Tokens.INT64,
                        List.of(Extra.ENCODER_CACHES)),
                new ExportStyle(
                        "caches of an encoder that are passed on",
                        own,
                        next,
                        first,
                        Mask.NONE,
                        Positions.NONE,
                        Tokens.INT64,
                        List.of(Extra.ENCODER_CACHES, Extra.ENCODER_CACHES_PASSED_ON)));
    }

    boolean has(Extra extra) {
        return extras.contains(extra);
    }

    String past(int layer, String kind) {
        return past.replace("#", "" + layer).replace("@", kind);
    }

    String present(int layer, String kind) {
        return present.replace("#", "" + layer).replace("@", kind);
    }

    @Override
    public String toString() {
        return name;
    }
}
