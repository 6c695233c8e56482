package io.pepper.onnx.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The name and version of this library, as written to files. */
public final class ToolVersion {
    private static final String VALUE = load();

    private ToolVersion() {}

    /**
     * Returns the name and version.
     *
     * @return for instance {@code pepper 0.1.0}
     */
    public static String get() {
        return VALUE;
    }

    private static String load() {
        Properties properties = new Properties();
        try (InputStream in = ToolVersion.class.getResourceAsStream("version.properties")) {
            if (in == null) {
                throw new IllegalStateException("version.properties is missing from the library");
            }
            properties.load(in);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("version.properties cannot be read from the library", unreadable);
        }
        return "pepper " + properties.getProperty("version");
    }
}
