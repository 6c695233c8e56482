package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.internal.text.Quantities;
import io.pepper.predict.LoadGenerator;
import io.pepper.predict.LoadLevel;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code load} command: holds this machine at a CPU load. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = "Holds this machine at a CPU load for a time, and prints the load that was achieved.")
final class LoadCommand implements Callable<Integer> {
    private static final double MAX_SECONDS = 86_400;
    private static final double MILLIS = 1e3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--cpu",
            paramLabel = "LOAD",
            required = true,
            converter = LoadConverter.class,
            description =
                    "The load, in percent of all cores: 50 is one thread bound to each core, 50x4 four threads that"
                            + " the system places, 25x1@0 one thread on core 0.")
    private LoadLevel level = LoadLevel.NONE;

    @Option(names = "--seconds", paramLabel = "S", required = true, description = "How long, in seconds.")
    private double seconds;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
            throw new ParameterException(
                    spec.commandLine(), "--seconds " + seconds + " is not between 0 and " + MAX_SECONDS);
        }
        try (StopSignal signal = StopSignal.watch();
                LoadGenerator load = LoadGenerator.start()) {
            load.set(level);
            LoadGenerator.Meter meter = load.meter();
            long begin = System.nanoTime();
            boolean stopped = false;
            try {
                Thread.sleep(Duration.ofMillis(Math.max(1, Math.round(seconds * MILLIS)))
                        .toMillis());
            } catch (InterruptedException asked) {
                stopped = true;
            }
            print((System.nanoTime() - begin) * 1e-9, meter.achievedPercent(), load.whyInProcess());
            return stopped ? signal.exitCode() : Main.DONE;
        }
    }

    private void print(double elapsed, OptionalDouble achieved, Optional<String> inProcess) {
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("targetPercent", level.percent());
            document.put("threads", level.threads());
            Json.put(document, "seconds", elapsed);
            Json.put(document, "achievedPercent", achieved);
            spec.commandLine().getOut().println(Json.print(document));
            return;
        }
        spec.commandLine()
                .getOut()
                .println("load " + level + ": achieved " + Quantities.percents(achieved) + " over "
                        + Quantities.seconds(elapsed));
        inProcess.ifPresent(why -> spec.commandLine()
                .getOut()
                .println("note: threads of this process made the load, no other process: " + why));
    }
}
