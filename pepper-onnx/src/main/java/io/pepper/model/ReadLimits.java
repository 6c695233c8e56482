package io.pepper.model;

/**
 * How much a model may ask for when it is opened: a file is hostile until proven otherwise, and what it claims is checked
 * before memory is taken for it. What goes beyond a limit is refused with a {@link MalformedModelException} that names the
 * file, the place in it and the limit. Immutable.
 *
 * <p>The bytes of large tensors do not count: they stay in their files. Each default is far beyond any model known to work.
 *
 * <pre>{@code
 * ReadLimits small = ReadLimits.builder().memoryBytes(64L << 20).operators(100_000).build();
 * }</pre>
 */
public final class ReadLimits {
    /** The bytes of a model's structure unless told otherwise: 256 MiB, or an eighth of the largest heap if that is less. */
    public static final long DEFAULT_STRUCTURE_BYTES = 256L << 20;
    /** The memory that a model's structure may take unless told otherwise: 2 GiB, or half of the largest heap if that is less. */
    public static final long DEFAULT_MEMORY_BYTES = 2L << 30;
    /** The fields of a model unless told otherwise. */
    public static final long DEFAULT_FIELDS = 24_000_000L;
    /** The operators of a model unless told otherwise. */
    public static final int DEFAULT_OPERATORS = 2_000_000;
    /** How deep messages may be nested unless told otherwise; a body of an operator takes three. */
    public static final int DEFAULT_DEPTH = 100;
    /** The bytes of a name unless told otherwise: 64 KiB. */
    public static final int DEFAULT_NAME_BYTES = 1 << 16;
    /** The dimensions of a tensor unless told otherwise. */
    public static final int DEFAULT_RANK = 256;
    /** The data files of a model unless told otherwise; each is held open. */
    public static final int DEFAULT_DATA_FILES = 4096;
    /** How often the bytes of a data file may be used unless told otherwise. */
    public static final int DEFAULT_DATA_REUSE = 16;

    /** The bytes of a stream unless told otherwise: 64 GiB. */
    public static final long DEFAULT_STREAM_BYTES = 64L << 30;

    /** No greater depth can be asked for: messages are parsed by recursion, which must not exhaust the stack. */
    public static final int GREATEST_DEPTH = 400;

    /** No larger structure can be asked for: it is held in one array. */
    public static final long GREATEST_STRUCTURE_BYTES = Integer.MAX_VALUE - 64;

    /** All defaults. */
    public static final ReadLimits DEFAULTS = builder().build();

    private final long structureBytes;
    private final long memoryBytes;
    private final long fields;
    private final int operators;
    private final int depth;
    private final int nameBytes;
    private final int rank;
    private final int dataFiles;
    private final int dataReuse;
    private final long streamBytes;

    private ReadLimits(Builder builder) {
        structureBytes = builder.structureBytes;
        memoryBytes = builder.memoryBytes;
        fields = builder.fields;
        operators = builder.operators;
        depth = builder.depth;
        nameBytes = builder.nameBytes;
        rank = builder.rank;
        dataFiles = builder.dataFiles;
        dataReuse = builder.dataReuse;
        streamBytes = builder.streamBytes;
    }

    /**
     * A builder that starts from the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * How many bytes the file may have besides the payloads of large tensors; each of these counts as 64. By default an eighth of the largest
     * heap, if that is less than {@link #DEFAULT_STRUCTURE_BYTES}.
     *
     * @return 1 to {@link #GREATEST_STRUCTURE_BYTES}
     */
    public long structureBytes() {
        return structureBytes;
    }

    /**
     * How much memory the structure may take, by an estimate: once it is parsed, with the graph that is made of it and the copies of names in
     * shapes and results. By default half of the largest heap that the process may have, if that is less than
     * {@link #DEFAULT_MEMORY_BYTES}.
     *
     * @return at least 1
     */
    public long memoryBytes() {
        return memoryBytes;
    }

    /**
     * How many fields and elements the structure may have.
     *
     * @return at least 1
     */
    public long fields() {
        return fields;
    }

    /**
     * How many operators there may be, those of bodies and functions included.
     *
     * @return at least 1
     */
    public int operators() {
        return operators;
    }

    /**
     * How deep messages may stand within each other.
     *
     * @return 1 to {@link #GREATEST_DEPTH}
     */
    public int depth() {
        return depth;
    }

    /**
     * How many bytes a name may have: that of an operator, a tensor, a type, a domain, an attribute, a symbol.
     *
     * @return at least 1
     */
    public int nameBytes() {
        return nameBytes;
    }

    /**
     * How many dimensions a tensor may have.
     *
     * @return at least 1
     */
    public int rank() {
        return rank;
    }

    /**
     * How many files a model may keep its tensors in.
     *
     * @return at least 1
     */
    public int dataFiles() {
        return dataFiles;
    }

    /**
     * How often over a model's tensors may take the bytes of one data file: tensors may share bytes, but a small file must not
     * stand for a thousand times its size.
     *
     * @return at least 1
     */
    public int dataReuse() {
        return dataReuse;
    }

    /**
     * How many bytes a stream may have, which are written to a temporary file.
     *
     * @return at least 1
     */
    public long streamBytes() {
        return streamBytes;
    }

    /** Collects limits; every setter checks its argument at once. Not thread-safe. */
    public static final class Builder {
        private long structureBytes =
                Math.min(DEFAULT_STRUCTURE_BYTES, Runtime.getRuntime().maxMemory() / 8);
        private long memoryBytes =
                Math.min(DEFAULT_MEMORY_BYTES, Runtime.getRuntime().maxMemory() / 2);
        private long fields = DEFAULT_FIELDS;
        private int operators = DEFAULT_OPERATORS;
        private int depth = DEFAULT_DEPTH;
        private int nameBytes = DEFAULT_NAME_BYTES;
        private int rank = DEFAULT_RANK;
        private int dataFiles = DEFAULT_DATA_FILES;
        private int dataReuse = DEFAULT_DATA_REUSE;
        private long streamBytes = DEFAULT_STREAM_BYTES;

        private Builder() {}

        private static long within(String what, long value, long most) {
            if (value < 1 || value > most) {
                throw new IllegalArgumentException(what + " is " + value + ", not 1 to " + most);
            }
            return value;
        }

        private static int within(String what, int value) {
            return (int) within(what, value, Integer.MAX_VALUE);
        }

        /**
         * Sets {@link ReadLimits#structureBytes()}.
         *
         * @param value 1 to {@link #GREATEST_STRUCTURE_BYTES}
         * @return this builder
         * @throws IllegalArgumentException if the value is out of range
         */
        public Builder structureBytes(long value) {
            structureBytes = within("structureBytes", value, GREATEST_STRUCTURE_BYTES);
            return this;
        }

        /**
         * Sets {@link ReadLimits#memoryBytes()}.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder memoryBytes(long value) {
            memoryBytes = within("memoryBytes", value, Long.MAX_VALUE);
            return this;
        }

        /**
         * Sets {@link ReadLimits#fields()}.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder fields(long value) {
            fields = within("fields", value, Long.MAX_VALUE);
            return this;
        }

        /**
         * Sets {@link ReadLimits#operators()}.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder operators(int value) {
            operators = within("operators", value);
            return this;
        }

        /**
         * Sets {@link ReadLimits#depth()}.
         *
         * @param value 1 to {@link #GREATEST_DEPTH}
         * @return this builder
         * @throws IllegalArgumentException if the value is out of range
         */
        public Builder depth(int value) {
            depth = (int) within("depth", value, GREATEST_DEPTH);
            return this;
        }

        /**
         * Sets {@link ReadLimits#nameBytes()}.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder nameBytes(int value) {
            nameBytes = within("nameBytes", value);
            return this;
        }

        /**
         * Sets {@link ReadLimits#rank()}.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder rank(int value) {
            rank = within("rank", value);
            return this;
        }

        /**
         * Sets {@link ReadLimits#dataFiles()}.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder dataFiles(int value) {
            dataFiles = within("dataFiles", value);
            return this;
        }

        /**
         * Sets {@link ReadLimits#dataReuse()}.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder dataReuse(int value) {
            dataReuse = within("dataReuse", value);
            return this;
        }

        /**
         * Sets {@link ReadLimits#streamBytes()}.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder streamBytes(long value) {
            streamBytes = within("streamBytes", value, Long.MAX_VALUE);
            return this;
        }

        /**
         * Makes the limits.
         *
         * @return immutable limits
         */
        public ReadLimits build() {
            return new ReadLimits(this);
        }
    }
}
