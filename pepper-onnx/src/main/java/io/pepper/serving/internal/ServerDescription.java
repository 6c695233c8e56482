package io.pepper.serving.internal;

import java.util.List;

/**
 * A server as the protocol describes it.
 *
 * @param name its name
 * @param version its version
 * @param extensions the names of the extensions of the protocol that it has
 */
public record ServerDescription(String name, String version, List<String> extensions) {
    /** The extension by which tensors travel in binary form after a JSON object. */
    public static final String BINARY = "binary_tensor_data";

    /** The extension by which a request has a time, in its parameter {@code timeout} in microseconds. */
    public static final String TIMEOUT = "request_timeout";

    /** Triton's extension that has the parameter {@code timeout}, too. */
    public static final String POLICY = "schedule_policy";

    /**
     * Copies the list.
     *
     * @param name its name
     * @param version its version
     * @param extensions the names of the extensions of the protocol that it has
     */
    public ServerDescription {
        extensions = List.copyOf(extensions);
    }
}
