package io.pepper.predict;

import io.pepper.predict.internal.load.LoadWorker;
import io.pepper.runtime.CoreAffinity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Holds this machine at a load, from a process of its own, so that it competes as a stranger would. What it asks for and what it
 * gets differ where others compete: a {@link Meter} says what it got. Not thread-safe.
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
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final double PERCENT = 100;
    private static final int STOP_SECONDS = 5;

    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;

    private LoadGenerator(Process process) {
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts the process, without load. It ends with this process, too.
     *
     * @return the generator, for the caller to close
     * @throws IOException if it cannot be started
     */
    public static LoadGenerator start() throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx16m",
                        "-cp",
                        classes(),
                        LoadWorker.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        LoadGenerator generator = new LoadGenerator(process);
        try {
            generator.set(LoadLevel.NONE);
            return generator;
        } catch (IOException failed) {
            generator.close();
            throw failed;
        }
    }

    private static String classes() throws IOException {
        try {
            return Path.of(LoadWorker.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException | IllegalArgumentException notAFile) {
            throw new IOException("the classes of the load generator stand in no file", notAFile);
        }
    }

    /**
     * Sets the load.
     *
     * @param level the load
     * @throws IllegalArgumentException if so few threads or cores cannot make so much load
     * @throws IOException if the process is gone, or its threads cannot be bound to the cores
     */
    public void set(LoadLevel level) throws IOException {
        if (!level.cores().isEmpty()
                && level.percent() / PERCENT * CORES > level.cores().size()) {
            throw new IllegalArgumentException(level + ": so few of " + CORES + " cores cannot bear it");
        }
        double share = level.threads() == 0 ? 0 : level.percent() / PERCENT * CORES / level.threads();
        if (share > 1) {
            throw new IllegalArgumentException(level + ": on " + CORES + " cores that takes at least "
                    + (int) Math.ceil(level.percent() / PERCENT * CORES) + " threads");
        }
        String names = command(share + " " + level.threads());
        if (!level.cores().isEmpty() && level.threads() > 0) {
            CoreAffinity.bind(process.pid(), names, level.threads(), level.cores());
        }
    }

    private String command(String line) throws IOException {
        try {
            commands.write(line + "\n");
            commands.flush();
        } catch (IOException broken) {
            throw process.isAlive() ? broken : ended();
        }
        String answer = answers.readLine();
        if (answer == null) {
            throw ended();
        }
        return answer;
    }

    /**
     * Begins to measure what load there is.
     *
     * @return a meter that begins now
     */
    public Meter meter() {
        return new Meter();
    }

    /** What load was achieved since a moment, as the system accounts for it, to some milliseconds. */
    public final class Meter {
        private final long since = System.nanoTime();
        private final Optional<Duration> before = used();

        private Meter() {}

        /**
         * The load since the meter began.
         *
         * @return percent of all cores together, less than was set where others compete; NaN if the system does not tell
         * @throws IOException if the process is gone
         */
        public double achievedPercent() throws IOException {
            Optional<Duration> now = used();
            if (!process.isAlive()) {
                throw ended();
            }
            if (before.isEmpty() || now.isEmpty()) {
                return Double.NaN;
            }
            double seconds = (System.nanoTime() - since) * 1e-9;
            double busy = now.get().minus(before.get()).toNanos() * 1e-9;
            return Math.min(PERCENT, PERCENT * busy / (seconds * CORES));
        }
    }

    private Optional<Duration> used() {
        return process.info().totalCpuDuration();
    }

    private IOException ended() {
        return new IOException("the load generator has ended, with code "
                + process.onExit().join().exitValue());
    }

    /** Ends the load and the process. */
    @Override
    public void close() throws IOException {
        try {
            commands.close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException broken) {
            if (process.isAlive()) {
                process.destroyForcibly();
                throw broken;
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            answers.close();
        }
    }
}
