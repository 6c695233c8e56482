package io.pepper.onnx.internal.isolate;

import io.pepper.model.ProgressListener;
import java.io.Closeable;
import java.io.IOException;

/**
 * Work that a child process does. Implementations have a public constructor without parameters. One instance answers
 * all questions of a child, one after another.
 *
 * @param <Q> the type of questions
 * @param <A> the type of answers
 */
public interface IsolatedService<Q extends Record, A extends Record> extends Closeable {
    /**
     * Returns the type of questions.
     *
     * @return a record whose components {@link Values} can write
     */
    Class<Q> question();

    /**
     * Answers a question.
     *
     * @param question the question
     * @param progress receives each step, for messages about a child that ended
     * @return a record whose components {@link Values} can write
     * @throws IOException if the work fails
     */
    A answer(Q question, ProgressListener progress) throws IOException;

    /** Releases what questions left open. Children may be killed without this call. */
    @Override
    default void close() throws IOException {}
}
