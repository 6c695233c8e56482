package io.pepper.examples.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Server-sent events. The response begins with the first one, so that an earlier failure has a status of its own. */
final class CompletionEvents {
    private final Context request;
    private @Nullable OutputStream out;

    /** Thrown when the client does not read any more. */
    static final class GoneException extends IOException {
        private static final long serialVersionUID = 1L;

        GoneException(IOException cause) {
            super("the client is gone", cause);
        }
    }

    CompletionEvents(Context request) {
        this.request = request;
    }

    boolean isOpen() {
        return out != null;
    }

    void send(ObjectNode document) throws IOException {
        write(document.toString());
    }

    /** Sends the event that ends a complete answer. */
    void end() throws IOException {
        write("[DONE]");
    }

    private void write(String data) throws IOException {
        try {
            OutputStream stream = out;
            if (stream == null) {
                request.res().setContentType("text/event-stream; charset=utf-8");
                request.res().setHeader("Cache-Control", "no-cache");
                stream = request.res().getOutputStream();
                out = stream;
            }
            stream.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            stream.flush();
        } catch (IOException gone) {
            throw new GoneException(gone);
        }
    }
}
