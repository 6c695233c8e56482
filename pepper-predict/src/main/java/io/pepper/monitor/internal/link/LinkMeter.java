package io.pepper.monitor.internal.link;

import io.pepper.document.SafeText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The measurements of the links of one agent, on request and on a schedule, one at a time. Thread-safe.
 */
final class LinkMeter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkMeter.class);
    private static final int MAX_SHOWN = 300;
    private static final double NANOS = 1e9;
    private static final long IDLE_SECONDS = 10;

    private final String source;
    private final LinkSettings options;
    private final Connector connector;
    private final ReentrantLock one = new ReentrantLock(true);
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final ScheduledExecutorService schedule = thread("pepper-links");
    private final ScheduledExecutorService stops = thread("pepper-links-stop");
    private volatile boolean closed;

    /** Opens connections to peers. */
    @FunctionalInterface
    interface Connector {
        /** Opens a connection to a peer. */
        LinkTransport open(String peer) throws IOException;
    }

    /** The known facts of the link to one peer. Guarded by the map of entries. */
    private static final class Entry {
        private Optional<Measured> last = Optional.empty();
        private String problem = "";
        private long measurements;
        private long failures;
    }

    /**
     * A measurement.
     *
     * @param target the peer
     * @param at the time of its end
     * @param nanos the same time by the clock that never jumps
     * @param busyNanos the time that it took
     * @param result the measured figures
     */
    record Measured(String target, Instant at, long nanos, long busyNanos, LinkProbe.Result result) {}

    /**
     * The state of the link to a peer.
     *
     * @param target the peer
     * @param last the last measurement that succeeded
     * @param ageSeconds the time since then; empty without one
     * @param stale whether the last measurement is too old
     * @param measurements the number of measurements that succeeded
     * @param failures the number of measurements that failed
     * @param problem why the last measurement failed; empty if it succeeded
     */
    record Status(
            String target,
            Optional<Measured> last,
            double ageSeconds,
            boolean stale,
            long measurements,
            long failures,
            String problem) {}

    LinkMeter(String source, LinkSettings options, LinkTurns turns) {
        this(source, options, peer -> connection(peer, options, turns));
    }

    LinkMeter(String source, LinkSettings options, Connector connector) {
        this.source = source;
        this.options = options;
        this.connector = connector;
        options.peers().keySet().forEach(name -> entries.put(name, new Entry()));
    }

    private static LinkTransport connection(String peer, LinkSettings options, LinkTurns turns) {
        URI address = Optional.ofNullable(options.peers().get(peer))
                .orElseThrow(() -> new IllegalArgumentException("there is no peer of this name"));
        return new LinkConnection(address, options.tls(), options.headers(), turns);
    }

    /** Returns a thread that ends while there is nothing to do. */
    private static ScheduledExecutorService thread(String name) {
        ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, name);
            daemon.setDaemon(true);
            return daemon;
        });
        made.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        made.allowCoreThreadTimeOut(true);
        return made;
    }

    /** Starts the schedule, if there is one. */
    void start() {
        options.interval().ifPresent(interval -> {
            long spread = interval.toNanos() / Math.max(1, entries.size());
            int index = 0;
            for (String peer : entries.keySet()) {
                schedule(peer, index++ * spread);
            }
        });
    }

    private void schedule(String peer, long delayNanos) {
        if (!closed) {
            ScheduledFuture<?> next = schedule.schedule(() -> scheduled(peer), delayNanos, TimeUnit.NANOSECONDS);
            LOG.debug("measures the link to {} in {} ns: {}", peer, delayNanos, next);
        }
    }

    private void scheduled(String peer) {
        long begin = System.nanoTime();
        try {
            measure(peer);
        } catch (IOException failed) {
            LOG.debug("the link to {} was not measured", peer, failed); // Counted and logged where it failed.
        } finally {
            schedule(peer, waitNanos(System.nanoTime() - begin));
        }
    }

    /** Returns the wait after a measurement: the rest of the interval, or longer so that the link's share stays small. */
    private long waitNanos(long busyNanos) {
        long interval = options.interval().map(Duration::toNanos).orElse(0L);
        return Math.max(0, Math.max(interval, (long) (busyNanos / options.maxShare())) - busyNanos);
    }

    String source() {
        return source;
    }

    Set<String> peers() {
        return options.peers().keySet();
    }

    /** Learns of a peer, unless it is known. */
    void learn(String peer) {
        synchronized (entries) {
            entries.putIfAbsent(peer, new Entry());
        }
    }

    /**
     * Measures the link to a peer, unless it was measured so lately that measuring it again would take more than the share
     * of the time that the options allow.
     *
     * @return the state of the link afterwards
     * @throws InterruptedIOException if the thread is interrupted
     */
    Status refresh(String peer) throws InterruptedIOException {
        if (isDue(peer)) {
            try {
                measure(peer);
            } catch (InterruptedIOException stopped) {
                throw stopped;
            } catch (IOException failed) {
                LOG.debug("the link to {} was not measured", peer, failed); // Its status has the reason.
            }
        }
        synchronized (entries) {
            return status(peer, entry(peer), System.nanoTime());
        }
    }

    private boolean isDue(String peer) {
        synchronized (entries) {
            Optional<Measured> last = entry(peer).last;
            return last.isEmpty() || System.nanoTime() - last.get().nanos > waitNanos(last.get().busyNanos);
        }
    }

    /**
     * Measures the link to a peer now.
     *
     * @return the measurement; empty if another one is running
     * @throws IOException if the peer cannot be reached or refuses, or if the link is too slow for the limits
     */
    Optional<Measured> tryMeasure(String peer) throws IOException {
        if (!one.tryLock()) {
            return Optional.empty();
        }
        try {
            return Optional.of(measure(peer));
        } finally {
            one.unlock();
        }
    }

    private Measured measure(String peer) throws IOException {
        one.lock();
        try {
            long begin = System.nanoTime();
            LinkProbe.Result result = probe(peer);
            long end = System.nanoTime();
            Measured measured = new Measured(peer, Instant.now(), end, end - begin, result);
            succeeded(peer, measured);
            return measured;
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException | RuntimeException failed) {
            String why = "the link from " + source + " to " + peer + " cannot be measured: "
                    + SafeText.line(String.valueOf(failed.getMessage()), MAX_SHOWN);
            failed(peer, why);
            throw new IOException(why, failed);
        } finally {
            one.unlock();
        }
    }

    private LinkProbe.Result probe(String peer) throws IOException {
        long limit = options.maxTime().multipliedBy(2).toNanos();
        try (LinkTransport connection = connector.open(peer)) {
            boolean[] late = new boolean[1];
            ScheduledFuture<?> end = stops.schedule(() -> stop(connection, late), limit, TimeUnit.NANOSECONDS);
            try {
                return new LinkProbe(connection, options.maxBytes(), options.maxTime(), System::nanoTime).measure();
            } catch (IOException failed) {
                if (late[0]) {
                    throw new IOException(
                            "it did not end within " + limit / NANOS
                                    + " seconds; the link may be too slow for the limits",
                            failed);
                }
                throw failed;
            } finally {
                end.cancel(false);
                LOG.debug("measured the link to {}", peer);
            }
        }
    }

    private static void stop(LinkTransport connection, boolean... late) {
        late[0] = true;
        try {
            connection.close();
        } catch (IOException failed) {
            LOG.debug("a connection cannot be closed", failed);
        }
    }

    private void succeeded(String peer, Measured measured) {
        synchronized (entries) {
            Entry entry = entry(peer);
            if (!entry.problem.isEmpty()) {
                LOG.info("the link from {} to {} is measured again", source, peer);
            }
            entry.last = Optional.of(measured);
            entry.problem = "";
            entry.measurements++;
        }
    }

    /** Counts a failure; logs the first of several for the same reason. */
    private void failed(String peer, String why) {
        synchronized (entries) {
            Entry entry = entry(peer);
            if (!entry.problem.equals(why) && !closed) {
                LOG.warn("{}", why);
            }
            entry.problem = why;
            entry.failures++;
        }
    }

    private Entry entry(String peer) {
        return Optional.ofNullable(entries.get(peer))
                .orElseThrow(() -> new IllegalArgumentException("there is no link to '" + peer + "'"));
    }

    /** Returns the state of each link now. */
    List<Status> status() {
        synchronized (entries) {
            long now = System.nanoTime();
            return entries.entrySet().stream()
                    .map(each -> status(each.getKey(), each.getValue(), now))
                    .toList();
        }
    }

    private Status status(String peer, Entry entry, long now) {
        double age = entry.last.map(measured -> (now - measured.nanos) / NANOS).orElse(Double.NaN);
        boolean stale = entry.last.isPresent() && age > options.maxAge().toNanos() / NANOS;
        return new Status(peer, entry.last, age, stale, entry.measurements, entry.failures, entry.problem);
    }

    @Override
    public void close() {
        closed = true;
        schedule.shutdownNow();
        stops.shutdownNow();
    }
}
