package io.pepper.predict;

import io.pepper.monitor.internal.machine.Machine;
import io.pepper.session.internal.CoreAffinity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A generator that holds this machine, or the container of this process, at a load. The load comes from a separate
 * process, so that it competes like a stranger. Where no process can be started, threads of this process make it. The
 * achieved load is lower than requested where others compete; a {@link Meter} measures it. Not thread-safe.
 *
 * <pre>{@code
 * try (LoadGenerator load = LoadGenerator.start()) {
 *     load.set(LoadLevel.onAllCores(50));
 *     LoadGenerator.Meter meter = load.meter();
 *     // measure
 *     meter.achievedPercent().ifPresent(System.out::println);
 * }
 * }</pre>
 */
public final class LoadGenerator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadGenerator.class);
    private static final double PERCENT = 100;
    private static final double ROUNDING = 1e-9;

    private final LoadMaker maker;
    private final Optional<String> whyInProcess;
    private final double cores = Machine.here().cores();

    private LoadGenerator(LoadMaker maker, Optional<String> whyInProcess) {
        this.maker = maker;
        this.whyInProcess = whyInProcess;
    }

    /**
     * Starts the process, or prepares the threads, without load. They end with this process.
     *
     * @return the generator, which the caller closes
     */
    public static LoadGenerator start() {
        return start(Path.of(System.getProperty("java.home", "")));
    }

    static LoadGenerator start(Path java) {
        try {
            return new LoadGenerator(LoadProcess.start(java), Optional.empty());
        } catch (IOException noProcess) {
            LOG.warn("threads of this process make the load: {}", noProcess.getMessage());
            return new LoadGenerator(new LoadThreads(), Optional.of(String.valueOf(noProcess.getMessage())));
        }
    }

    /**
     * Returns the reason why threads of this process make the load.
     *
     * @return the reason; empty if a separate process makes the load
     */
    public Optional<String> whyInProcess() {
        return whyInProcess;
    }

    /**
     * Sets the load.
     *
     * @param level the load, in percent of the cores that this process may use
     * @throws IllegalArgumentException if the threads or cores of the level cannot reach its load
     * @throws IOException if the load process has ended, or its threads cannot be bound to the cores
     */
    public void set(LoadLevel level) throws IOException {
        double wanted = level.percent() / PERCENT * cores;
        if (!level.cores().isEmpty() && wanted > level.cores().size() + ROUNDING) {
            throw new IllegalArgumentException(level + ": too few cores for this share of " + shown(cores) + " cores");
        }
        double share = level.threads() == 0 ? 0 : wanted / level.threads();
        if (share > 1 + ROUNDING) {
            throw new IllegalArgumentException(level + ": on " + shown(cores) + " cores that takes at least "
                    + (int) Math.ceil(wanted) + " threads");
        }
        String names = maker.run(share, level.threads());
        if (!level.cores().isEmpty() && level.threads() > 0) {
            CoreAffinity.bind(maker.pid(), names, level.threads(), level.cores());
        }
    }

    private static String shown(double cores) {
        return cores == Math.rint(cores) ? String.valueOf((int) cores) : String.valueOf(cores);
    }

    /**
     * Starts a meter of the achieved load.
     *
     * @return a meter that starts now
     * @throws IOException if the load process has ended
     */
    public Meter meter() throws IOException {
        return new Meter(used());
    }

    /**
     * A meter of the load achieved since a moment, from the system's accounting of processor time, to some
     * milliseconds.
     */
    public final class Meter {
        private final long since = System.nanoTime();
        private final Optional<Duration> before;

        private Meter(Optional<Duration> before) {
            this.before = before;
        }

        /**
         * Returns the load since the meter started.
         *
         * @return percent of the cores that this process may use; empty if the system does not account for it
         * @throws IOException if the load process has ended
         */
        public OptionalDouble achievedPercent() throws IOException {
            Optional<Duration> now = used();
            if (before.isEmpty() || now.isEmpty()) {
                return OptionalDouble.empty();
            }
            double seconds = (System.nanoTime() - since) * 1e-9;
            double busy = now.get().minus(before.get()).toNanos() * 1e-9;
            return OptionalDouble.of(Math.min(PERCENT, PERCENT * busy / (seconds * cores)));
        }
    }

    /** Returns the processor time that the load has taken so far; empty if the system does not account for it. */
    Optional<Duration> used() throws IOException {
        return maker.used();
    }

    /** Ends the load and its process. */
    @Override
    public void close() throws IOException {
        maker.close();
    }
}
