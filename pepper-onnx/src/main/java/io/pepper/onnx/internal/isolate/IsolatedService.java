package io.pepper.onnx.internal.isolate;

import io.pepper.model.ProgressListener;
import java.io.Closeable;
import java.io.IOException;

/**
 * Work that a child process does. Implementations have a public constructor without parameters; one instance answers all questions
 * of a child, one after the other.
 *
 * @param <Q> a record that asks
 * @param <A> a record that answers
 */
public interface IsolatedService<Q extends Record, A extends Record> extends Closeable {
    /**
     * Returns the type of questions.
     *
     * @return a record whose components {@link Values} can write
     */
    Class<Q> question();

    /**
     * Answers.
     *
     * @param question what is asked
     * @param progress hears what is done, for messages about a child that ended
     * @return a record whose components {@link Values} can write
     * @throws IOException if the work fails
     */
    A answer(Q question, ProgressListener progress) throws IOException;

    /** Releases what questions left open; children are ended without it. */
    @Override
    default void close() throws IOException {}
}
