package io.pepper.monitor;

import io.pepper.cluster.LinkState;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * A source of link states. Implement {@link #readLinks} to watch links in another way. The implementations of this
 * library are thread-safe.
 */
@FunctionalInterface
public interface LinkMonitor {
    /**
     * Reads all measured links. A value that cannot be read is empty in the link's state, and a problem of the reading
     * says why; no value is invented.
     *
     * @return the readings, sorted by sender and receiver; empty if no link was measured
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if links cannot be read
     */
    List<LinkReading> readLinks() throws IOException;

    /**
     * Reads the known states alone, for a session that follows them: {@code
     * AdaptiveOptions.DEFAULTS.withLinks(monitor::links)}. A failure is logged, so that the session continues with the
     * states that it knows.
     *
     * @return the states of links of which something is known; empty if links cannot be read, or if the thread is
     *     interrupted, in which case its interrupt status stays set
     */
    default List<LinkState> links() {
        try {
            return readLinks().stream()
                    .map(LinkReading::state)
                    .filter(LinkState::isKnown)
                    .toList();
        } catch (InterruptedIOException interrupted) {
            Thread.currentThread().interrupt();
            return List.of();
        } catch (IOException unreadable) {
            LoggerFactory.getLogger(LinkMonitor.class).warn("no link can be read: {}", unreadable.getMessage());
            return List.of();
        }
    }
}
