package io.pepper.measure;

import java.io.Closeable;
import java.io.IOException;

/** A model that is open, here or in a child process, and measured as often as wanted. Not thread-safe. */
interface TimedModel extends Closeable {
    /** Measures once, as {@link ModelTimer#measure} says. */
    ModelTiming measure() throws IOException;
}
