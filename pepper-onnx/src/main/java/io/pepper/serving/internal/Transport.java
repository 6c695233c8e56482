package io.pepper.serving.internal;

import java.io.IOException;
import java.time.Duration;

/** The client's side of one form of the protocol, for one server. Thread-safe. */
public interface Transport extends AutoCloseable {
    /**
     * Asks whether a model can be run.
     *
     * @param model its name
     * @param version its version; may be empty
     * @param within the time for the answer
     * @return whether it is ready
     * @throws IOException if the server does not answer
     */
    boolean isReady(String model, String version, Duration within) throws IOException;

    /**
     * Asks for the description of a model.
     *
     * @param model its name
     * @param version its version; may be empty
     * @param within the time for the answer
     * @return the description
     * @throws ServingException if there is no such model, or the answer is not one of the protocol
     * @throws IOException if the server does not answer
     */
    ModelDescription describe(String model, String version, Duration within) throws IOException;

    /**
     * Starts to run a model.
     *
     * @param call the request, whose buffers must stay until the exchange has ended
     * @param within the time for the answer
     * @return the exchange
     * @throws IOException if the request cannot be sent
     */
    Exchange infer(InferCall call, Duration within) throws IOException;

    /** Ends the connections. */
    @Override
    void close();

    /** A request that was sent. Thread-safe. */
    interface Exchange {
        /**
         * Waits for the end. Afterwards, nothing reads the request's buffers.
         *
         * @return the answer
         * @throws ServingException if there is none
         * @throws java.io.InterruptedIOException if the thread is interrupted, which cancels the exchange
         * @throws IOException if there is none
         */
        InferAnswer await() throws IOException;

        /** Ends the exchange early. */
        void cancel();
    }
}
