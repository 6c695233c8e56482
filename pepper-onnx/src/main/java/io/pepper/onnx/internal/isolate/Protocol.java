package io.pepper.onnx.internal.isolate;

/**
 * The protocol over the standard input and output of a child. The child writes records, each after a byte with its
 * kind. First it writes its {@link Greeting}. For each question, which the parent writes as a record of the service's
 * type, it writes any number of {@link Progress} and one answer or {@link SentFailure}. The end of its input ends the
 * child.
 */
final class Protocol {
    /** "PEPR". */
    static final int MAGIC = 0x50455052;

    /** The version of the protocol and of all records. Parent and child always come from the same build. */
    static final int VERSION = 1;

    static final int GREETING = 0;
    static final int PROGRESS = 1;
    static final int ANSWER = 2;
    static final int FAILURE = 3;

    /** The maximum number of bytes that a child may write for one question. */
    static final long MAX_ANSWER_BYTES = 32L << 20;

    private Protocol() {}

    /** The first record of a child. */
    record Greeting(int magic, int version) {}

    /** The next step of a child. */
    record Progress(String task, long done, long total) {}
}
