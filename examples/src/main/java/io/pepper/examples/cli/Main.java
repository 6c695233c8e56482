package io.pepper.examples.cli;

import io.pepper.document.FileErrors;
import io.pepper.onnx.UnknownSizeException;
import io.pepper.onnx.UnsupportedModelException;
import io.pepper.onnx.Verification;
import io.pepper.predict.TrainingUnavailableException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code pepper} command with its sub-commands. */
@Command(
        name = "pepper",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Cuts neural networks in ONNX form into parts that together compute what the whole computes, predicts how long they take, and decides what runs where.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            InspectCommand.class,
            GraphCommand.class,
            SplitCommand.class,
            VerifyCommand.class,
            ProfileCommand.class,
            TrainCommand.class,
            PredictCommand.class,
            PlanCommand.class,
            ParetoCommand.class,
            SimulateCommand.class,
            RunCommand.class,
            DevicesCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the model or the request is refused; standard error says why",
            "2:wrong usage",
            "3:the parts do not compute what the whole computes",
            "4:some outputs cannot be compared, since the model gives others each time; the rest agrees"
        })
public final class Main {
    static final int DONE = 0;
    static final int REFUSED = 1;
    static final int DIFFERENT = 3;
    static final int NOT_COMPARABLE = 4;

    private static final String SIZES =
            "on the command line: --dim NAME=N for a named dimension, --shape INPUT=1x3x224x224 for an input";

    private Main() {}

    /**
     * Runs the command and exits with its code.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        System.exit(run(writer(System.out), writer(System.err), args));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    /**
     * Runs the command within this process.
     *
     * @param out takes the results
     * @param err takes messages and progress
     * @param args the arguments
     * @return the exit code
     */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine command = commandLine()
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler((failure, line, parsed) -> refuse(failure, err));
        return command.execute(args);
    }

    /** The command with its sub-commands, not yet told where to print. */
    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }

    /** The exit code of a verification. */
    static int code(Verification verification) {
        if (verification.passed()) {
            return DONE;
        }
        return verification.differs() ? DIFFERENT : NOT_COMPARABLE;
    }

    /** The options to type. */
    static String hint(List<String> open) {
        if (open.isEmpty()) {
            return "";
        }
        String options = open.stream()
                .map(name -> name.endsWith("]")
                        ? "--shape " + name.substring(0, name.lastIndexOf('[')) + "=1x…"
                        : "--dim " + name + "=1")
                .distinct()
                .collect(Collectors.joining(" "));
        return System.lineSeparator() + "  on the command line, for instance: " + options;
    }

    private static int refuse(Exception failure, PrintWriter err) {
        if (failure instanceof IOException
                || failure instanceof IllegalArgumentException
                || failure instanceof TrainingUnavailableException) {
            err.println("pepper: " + explain(failure));
        } else {
            err.println("pepper: this is a mistake of the program; please report it:");
            failure.printStackTrace(err);
        }
        return REFUSED;
    }

    private static String explain(Exception failure) {
        if (failure instanceof UnknownSizeException unknown) {
            return failure.getMessage() + hint(unknown.openDimensions());
        }
        if (failure instanceof FileAlreadyExistsException existing && existing.getReason() != null) {
            return existing.getFile() + ": exists and " + existing.getReason();
        }
        if (failure instanceof FileSystemException file) {
            return file.getFile() + ": " + FileErrors.reason(file);
        }
        String message = String.valueOf(failure.getMessage());
        boolean sizesMissing = failure instanceof UnsupportedModelException && message.contains("found no inputs");
        return sizesMissing ? message + System.lineSeparator() + "  " + SIZES : message;
    }
}
