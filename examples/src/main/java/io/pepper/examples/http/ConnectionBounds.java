package io.pepper.examples.http;

import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.MinimumDataRateHandler;
import org.eclipse.jetty.util.Callback;

/** The bounds on connections: their number, and the rate at which clients send and read. */
final class ConnectionBounds {
    private static final int MAX_CONNECTIONS = 256;
    private static final long MIN_BYTES_PER_SECOND = 1_000;

    private ConnectionBounds() {}

    static void apply(Server server) {
        server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
        server.insertHandler(new MinimumDataRateHandler(MIN_BYTES_PER_SECOND, 0));
        server.insertHandler(new ReadRate());
    }

    /** Clients must read answers fast enough, except for completions, whose tokens come slowly. */
    private static final class ReadRate extends MinimumDataRateHandler {
        private ReadRate() {
            super(0, MIN_BYTES_PER_SECOND);
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            return CompletionRoutes.PATH.equals(request.getHttpURI().getPath())
                    ? getHandler().handle(request, response, callback)
                    : super.handle(request, response, callback);
        }
    }
}
