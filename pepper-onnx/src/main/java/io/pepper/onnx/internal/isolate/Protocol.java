package io.pepper.onnx.internal.isolate;

/**
 * What is spoken over the standard input and output of a child. The child says records, each behind a byte that says which: first its
 * {@link Greeting}; then for each question that the parent writes, a record of the service's type, any number of {@link Progress} and
 * one answer or {@link SentFailure}. The end of its input ends the child.
 */
final class Protocol {
    /** "PEPR". */
    static final int MAGIC = 0x50455052;

    /** Of this protocol and of all records: parent and child are always of one build. */
    static final int VERSION = 1;

    static final int GREETING = 0;
    static final int PROGRESS = 1;
    static final int ANSWER = 2;
    static final int FAILURE = 3;

    /** The most bytes that a child may say to one question. */
    static final long MOST_ANSWER_BYTES = 32L << 20;

    private Protocol() {}

    /** The first words of a child. */
    record Greeting(int magic, int version) {}

    /** What a child does next. */
    record Progress(String task, long done, long total) {}
}
