package io.pepper.examples;

import java.io.IOException;
import java.nio.channels.UnresolvedAddressException;

/** The failures of a server that cannot listen on its address. */
public final class ListenFailures {
    private static final int MAX_CAUSES = 20;

    private ListenFailures() {}

    /**
     * Returns a failure with its reason.
     *
     * @param address the address
     * @param port the port
     * @param refused the exception of the server's library
     * @return the failure, whose message has the address, the port and the reason
     */
    public static IOException of(String address, int port, Exception refused) {
        return new IOException(address + ":" + port + ": cannot listen there: " + reason(refused), refused);
    }

    /** Returns the message of a failure's cause; an invalid address has none. */
    private static String reason(Throwable failure) {
        Throwable last = failure;
        for (int depth = 0; last.getCause() != null && depth < MAX_CAUSES; depth++) {
            last = last.getCause();
        }
        return last instanceof UnresolvedAddressException
                ? "no such address is known"
                : String.valueOf(last.getMessage());
    }
}
