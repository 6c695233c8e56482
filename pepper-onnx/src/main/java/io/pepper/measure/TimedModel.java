package io.pepper.measure;

import java.io.Closeable;
import java.io.IOException;

/** An open model, in this process or in a child process, that can be measured repeatedly. Not thread-safe. */
interface TimedModel extends Closeable {
    /** Measures once, see {@link ModelTimer#measure}. */
    ModelTiming measure() throws IOException;
}
