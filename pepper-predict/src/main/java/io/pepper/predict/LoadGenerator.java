package io.pepper.predict;

import io.pepper.monitor.internal.machine.Machine;
import io.pepper.session.CoreAffinity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds this machine, or the container that this process runs in, at a load: from a process of its own, so that it competes as a
 * stranger would, or, where none can be started, from threads of this process. What it asks for and what it gets differ where others compete: a {@link Meter} says what it got.
 * Not thread-safe.
 *
 * <pre>{@code
 * try (LoadGenerator load = LoadGenerator.start()) {
 *     load.set(LoadLevel.onAllCores(50));
 *     LoadGenerator.Meter meter = load.meter();
 *     // measure
 *     System.out.println(meter.achievedPercent());
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
     * Starts the process, or the threads, without load. They end with this process.
     *
     * @return the generator, for the caller to close
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
     * Why threads of this process make the load.
     *
     * @return the reason; empty if a process of its own makes it
     */
    public Optional<String> whyInProcess() {
        return whyInProcess;
    }

    /**
     * Sets the load.
     *
     * @param level the load, in percent of the cores that work here may use
     * @throws IllegalArgumentException if so few threads or cores cannot make so much load
     * @throws IOException if the process is gone, or its threads cannot be bound to the cores
     */
    public void set(LoadLevel level) throws IOException {
        double wanted = level.percent() / PERCENT * cores;
        if (!level.cores().isEmpty() && wanted > level.cores().size() + ROUNDING) {
            throw new IllegalArgumentException(level + ": so few of " + shown(cores) + " cores cannot bear it");
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
     * Begins to measure what load there is.
     *
     * @return a meter that begins now
     * @throws IOException if the process is gone
     */
    public Meter meter() throws IOException {
        return new Meter(used());
    }

    /** What load was achieved since a moment, as the system accounts for it, to some milliseconds. */
    public final class Meter {
        private final long since = System.nanoTime();
        private final Optional<Duration> before;

        private Meter(Optional<Duration> before) {
            this.before = before;
        }

        /**
         * The load since the meter began.
         *
         * @return percent of the cores that work here may use, less than was set where others compete; NaN if the system does not tell
         * @throws IOException if the process is gone
         */
        public double achievedPercent() throws IOException {
            Optional<Duration> now = used();
            if (before.isEmpty() || now.isEmpty()) {
                return Double.NaN;
            }
            double seconds = (System.nanoTime() - since) * 1e-9;
            double busy = now.get().minus(before.get()).toNanos() * 1e-9;
            return Math.min(PERCENT, PERCENT * busy / (seconds * cores));
        }
    }

    /** The processor time that the load took so far; empty if the system does not tell. */
    Optional<Duration> used() throws IOException {
        return maker.used();
    }

    /** Ends the load and the process. */
    @Override
    public void close() throws IOException {
        maker.close();
    }
}
