package io.pepper.serving;

import java.io.IOException;

/** Calls of code that needs gRPC, which an application may lack. */
final class GrpcLibrary {
    private GrpcLibrary() {}

    /** A function that needs gRPC. */
    @FunctionalInterface
    interface Body<T> {
        /** Does it. */
        T run() throws IOException;
    }

    /** Returns the result, or says which library is missing. */
    static <T> T with(Body<T> body) throws IOException {
        try {
            return body.run();
        } catch (NoClassDefFoundError missing) {
            throw new IllegalStateException(
                    "a library is missing (" + missing.getMessage()
                            + "): the gRPC form of the protocol needs io.grpc:grpc-netty-shaded; the REST form needs none",
                    missing);
        }
    }
}
