package io.pepper.examples.cli;

import io.pepper.generation.GenerationLoad;
import io.pepper.predict.CampaignOptions;
import io.pepper.predict.CampaignOptions.Sweep;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that describe a campaign, besides its models. */
final class ProfileOptions {
    private static final double MAX_WAIT = 86_400;
    private static final double NANOS = 1e9;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--sweep", description = "Also measure small models of single operators.")
    private boolean sweep;

    @Option(
            names = "--short-sweep",
            description =
                    "Also measure the 64 of these small models that say most about a device: with --loads 0, about"
                            + " a minute.")
    private boolean shortSweep;

    @Option(
            names = "--loads",
            split = ",",
            paramLabel = "LOAD",
            description = {
                "Loads, in percent of all cores: 50 is one thread bound to each core, 50x4 four threads that the system"
                        + " places, 25x1@0 one thread on core 0 (default: 0,25,50,75,100). random:0-100 draws a load for"
                        + " each measurement."
            })
    private List<String> loads = List.of("0", "25", "50", "75", "100");

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            description = "Threads inside an operator (default: 1,2).")
    private List<Integer> threads = List.of(1, 2);

    @Option(
            names = "--pieces",
            paramLabel = "N",
            description = "Number of pieces of each model besides the whole (default: 8).")
    private int pieces = 8;

    @Option(
            names = "--candidates",
            paramLabel = "N",
            description = "Measure every run of segments between N cuts instead, which plan --measured --candidates N"
                    + " needs.")
    private Optional<Integer> candidates = Optional.empty();

    @Option(
            names = "--generate",
            paramLabel = "prompt=N,new=N[,context=N][,sequences=N]",
            converter = GenerationOption.Load.class,
            description = "Measure every run of segments of text generators on a prompt and on one token, which"
                    + " plan --measured --generate with the same numbers and --candidates needs.")
    private Optional<GenerationLoad> generation = Optional.empty();

    @Option(names = "--rounds", paramLabel = "N", description = "Number of measurements of each setting (default: 3).")
    private int rounds = 3;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Time limit of one measurement after the warm-up, in seconds (default: 0.05).")
    private double seconds = 0.05;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description = "Execution provider of ONNX Runtime, such as CUDA (default: CPU).")
    private String provider = "CPU";

    @Option(
            names = "--quiet-wait",
            paramLabel = "S",
            description = {
                "Longest wait for other processes in each busy spell, in seconds. Later measurements in the spell"
                        + " are marked (default: 30)."
            })
    private double quietWait = 30;

    /** Returns whether small models are measured. */
    boolean sweeps() {
        return sweep || shortSweep;
    }

    /** Returns whether text generators are measured, whose inputs have the sizes of their phases. */
    boolean generates() {
        return generation.isPresent();
    }

    String provider() {
        return provider;
    }

    /** Returns the campaign without models. */
    CampaignOptions campaign(IsolationOptions isolation) {
        if (!(quietWait >= 0 && quietWait <= MAX_WAIT)) {
            throw new ParameterException(
                    spec.commandLine(), "--quiet-wait " + quietWait + " is not between 0 and " + MAX_WAIT);
        }
        if (!(seconds > 0 && seconds <= MAX_WAIT)) {
            throw new ParameterException(
                    spec.commandLine(), "--seconds " + seconds + " is not more than 0 and at most " + MAX_WAIT);
        }
        CampaignOptions options = withLoads()
                .withThreads(threads)
                .withPieces(pieces)
                .withRounds(rounds)
                .withProvider(provider)
                .withBudget(duration(seconds))
                .withQuietWait(duration(quietWait));
        options = sweep ? options.withSweep(Sweep.WHOLE) : shortSweep ? options.withSweep(Sweep.SHORT) : options;
        options = candidates.isPresent() ? options.withCandidates(candidates.get()) : options;
        options = generation.isPresent() ? options.withGeneration(generation.get()) : options;
        return isolation.limits().isPresent()
                ? options.withIsolation(isolation.limits().get())
                : options;
    }

    private CampaignOptions withLoads() {
        try {
            return CampaignOptions.DEFAULTS.withLoads(loads);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), "--loads: " + wrong.getMessage(), wrong);
        }
    }

    private static Duration duration(double value) {
        return Duration.ofNanos(Math.max(value > 0 ? 1 : 0, Math.round(value * NANOS)));
    }
}
