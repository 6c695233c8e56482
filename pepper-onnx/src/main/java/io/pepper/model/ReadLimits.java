package io.pepper.model;

/**
 * Limits on the resources that opening a model may take. A file counts as hostile until proven otherwise: its claims
 * are checked before memory is allocated for them. A model beyond a limit is refused with a {@link
 * MalformedModelException} that names the file, the place in it and the limit. Immutable.
 *
 * <p>The bytes of large tensors do not count: they stay in their files. Each default is far beyond any known working
 * model.
 *
 * <pre>{@code
 * ReadLimits small = ReadLimits.builder().memoryBytes(64L << 20).operators(100_000).build();
 * }</pre>
 */
public final class ReadLimits {
    /** Default bytes of a model's structure: 256 MiB, or an eighth of the maximum heap if that is less. */
    public static final long DEFAULT_STRUCTURE_BYTES = 256L << 20;
    /** Default memory of a model's structure in bytes: 2 GiB, or half of the maximum heap if that is less. */
    public static final long DEFAULT_MEMORY_BYTES = 2L << 30;
    /** Default number of fields of a model. */
    public static final long DEFAULT_FIELDS = 24_000_000L;
    /** Default number of operators of a model. */
    public static final int DEFAULT_OPERATORS = 2_000_000;
    /** Default nesting depth of messages. A body of an operator takes three levels. */
    public static final int DEFAULT_DEPTH = 100;
    /** Default bytes of a name: 64 KiB. */
    public static final int DEFAULT_NAME_BYTES = 1 << 16;
    /** Default number of dimensions of a tensor. */
    public static final int DEFAULT_RANK = 256;
    /** Default number of data files of a model. Each is held open. */
    public static final int DEFAULT_DATA_FILES = 4096;
    /** Default number of uses of the bytes of a data file. */
    public static final int DEFAULT_DATA_REUSE = 16;

    /** Default bytes of a stream: 64 GiB. */
    public static final long DEFAULT_STREAM_BYTES = 64L << 30;

    /** The greatest depth limit. Messages are parsed by recursion, which must not exhaust the stack. */
    public static final int GREATEST_DEPTH = 400;

    /** The greatest limit on structure bytes. The structure is held in one array. */
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
     * Returns a builder that starts from the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the largest size of the file without the payloads of large tensors, in bytes; each payload counts as 64
     * bytes. The default is an eighth of the maximum heap, at most {@link #DEFAULT_STRUCTURE_BYTES}.
     *
     * @return 1 to {@link #GREATEST_STRUCTURE_BYTES}
     */
    public long structureBytes() {
        return structureBytes;
    }

    /**
     * Returns the most memory that the structure may take, in bytes. This is an estimate, which includes the parsed
     * structure, the graph, and the copies of names in shapes and results. The default is half of the maximum heap, at
     * most {@link #DEFAULT_MEMORY_BYTES}.
     *
     * @return at least 1
     */
    public long memoryBytes() {
        return memoryBytes;
    }

    /**
     * Returns the largest number of fields and elements in the structure.
     *
     * @return at least 1
     */
    public long fields() {
        return fields;
    }

    /**
     * Returns the largest number of operators, including those of bodies and functions.
     *
     * @return at least 1
     */
    public int operators() {
        return operators;
    }

    /**
     * Returns the greatest nesting depth of messages.
     *
     * @return 1 to {@link #GREATEST_DEPTH}
     */
    public int depth() {
        return depth;
    }

    /**
     * Returns the largest size of a name in bytes: of an operator, tensor, type, domain, attribute or symbol.
     *
     * @return at least 1
     */
    public int nameBytes() {
        return nameBytes;
    }

    /**
     * Returns the largest number of dimensions of a tensor.
     *
     * @return at least 1
     */
    public int rank() {
        return rank;
    }

    /**
     * Returns the largest number of files that hold a model's tensors.
     *
     * @return at least 1
     */
    public int dataFiles() {
        return dataFiles;
    }

    /**
     * Returns the largest ratio of the tensors' bytes in a data file to the bytes of that file. Tensors may share
     * bytes, but a small file must not stand for a thousand times its size.
     *
     * @return at least 1
     */
    public int dataReuse() {
        return dataReuse;
    }

    /**
     * Returns the largest size of a stream in bytes. A stream is written to a temporary file.
     *
     * @return at least 1
     */
    public long streamBytes() {
        return streamBytes;
    }

    /** A builder of limits. Every setter checks its argument at once. Not thread-safe. */
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
         * Returns the limits.
         *
         * @return immutable limits
         */
        public ReadLimits build() {
            return new ReadLimits(this);
        }
    }
}
