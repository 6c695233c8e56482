package io.pepper.predict;

import io.pepper.predict.internal.load.LoadWorker;
import io.pepper.session.TemporaryDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A load made by a separate process. The process runs one class, which is copied from the location of this library's
 * classes: a directory, a jar, a jar in a jar, or an application image. Not thread-safe.
 */
final class LoadProcess implements LoadMaker {
    private static final int STOP_SECONDS = 5;
    private static final List<String> OPTIONS_OF_OTHERS =
            List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;
    private final ErrorLines errors;

    private LoadProcess(Process process) {
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.errors = ErrorLines.of(process.getErrorStream());
    }

    /**
     * Starts the process without load. It also ends when this process ends.
     *
     * @param java the home directory of the Java that runs the process
     * @throws IOException if this Java has no launcher, or the process ends at once; the message holds its standard
     *     error
     */
    static LoadProcess start(Path java) throws IOException {
        Path launcher = launcher(java);
        try (TemporaryDirectory classes = TemporaryDirectory.create("load-")) {
            copyWorker(classes.path());
            ProcessBuilder builder = new ProcessBuilder(List.of(
                    launcher.toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx16m",
                    "-cp",
                    classes.path().toString(),
                    LoadWorker.class.getName()));
            OPTIONS_OF_OTHERS.forEach(builder.environment()::remove);
            LoadProcess started = new LoadProcess(builder.start());
            try {
                started.run(0, 0); // Once it answers, it has read its class.
                return started;
            } catch (IOException failed) {
                started.close();
                throw failed;
            }
        }
    }

    private static Path launcher(Path java) throws IOException {
        for (String name : List.of("java", "java.exe")) {
            Path launcher = java.resolve("bin").resolve(name);
            if (Files.isExecutable(launcher)) {
                return launcher;
            }
        }
        throw new IOException(java + ": this Java has no launcher bin/java");
    }

    private static void copyWorker(Path directory) throws IOException {
        String name = LoadWorker.class.getName().replace('.', '/') + ".class";
        Path target = directory.resolve(name);
        Files.createDirectories(directory.resolve(name).resolveSibling(""));
        try (InputStream in = LoadWorker.class.getResourceAsStream(LoadWorker.class.getSimpleName() + ".class")) {
            if (in == null) {
                throw new IOException(name + ": this class cannot be read to start it in a separate process");
            }
            Files.copy(in, target);
        }
    }

    @Override
    public String run(double share, int threads) throws IOException {
        try {
            commands.write(share + " " + threads + "\n");
            commands.flush();
        } catch (IOException broken) {
            throw isEnding() ? ended() : broken;
        }
        String answer = answers.readLine();
        if (answer == null) {
            throw ended();
        }
        return answer;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Optional<Duration> used() throws IOException {
        if (!process.isAlive()) {
            throw ended();
        }
        return process.info().totalCpuDuration();
    }

    /** A process that no longer reads ends soon; its end tells more than the broken pipe. */
    private boolean isEnding() {
        try {
            return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    private IOException ended() {
        int code = process.onExit().join().exitValue();
        String output = errors.text();
        return new IOException(
                "the load generator has ended, with code " + code + (output.isEmpty() ? "" : ": " + output));
    }

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
