package io.pepper.predict;

import io.pepper.measure.ModelTimer;
import io.pepper.measure.ModelTiming;
import io.pepper.measure.TimingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Timers that are open at the same time, each with a key. Not thread-safe. */
final class OpenTimers<K> implements AutoCloseable {
    private final Map<K, ModelTimer> timers = new HashMap<>();

    void open(K key, Path file, TimingOptions options) throws IOException {
        timers.put(key, ModelTimer.open(file, options));
    }

    boolean isOpen(K key) {
        return timers.containsKey(key);
    }

    ModelTiming measure(K key) throws IOException {
        ModelTimer timer = timers.get(key);
        if (timer == null) {
            throw new IllegalArgumentException("not open: " + key);
        }
        return timer.measure();
    }

    void close(K key) throws IOException {
        ModelTimer timer = timers.remove(key);
        if (timer != null) {
            timer.close();
        }
    }

    /** Closes all timers, even if closing one fails. */
    @Override
    public void close() throws IOException {
        IOException failed = null;
        for (K key : List.copyOf(timers.keySet())) {
            try {
                close(key);
            } catch (IOException alsoFailed) {
                if (failed == null) {
                    failed = alsoFailed;
                } else {
                    failed.addSuppressed(alsoFailed);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
