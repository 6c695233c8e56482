package io.pepper.examples.cli;

import io.pepper.export.Verification;
import io.pepper.internal.text.FileErrors;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.TypeConversionException;

/** The {@code pepper} command with its subcommands. */
@Command(
        name = "pepper",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Cuts ONNX models into parts that together compute the same as the whole model, predicts their run times, and places them on devices.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            InspectCommand.class,
            GraphCommand.class,
            SplitCommand.class,
            VerifyCommand.class,
            ProfileCommand.class,
            ImportCommand.class,
            TrainCommand.class,
            CalibrateCommand.class,
            EvaluateCommand.class,
            PredictCommand.class,
            PlanCommand.class,
            ParetoCommand.class,
            SimulateCommand.class,
            RunCommand.class,
            AdaptCommand.class,
            GenerateCommand.class,
            ServeCommand.class,
            DevicesCommand.class,
            AgentCommand.class,
            DashboardCommand.class,
            ClusterCommand.class,
            LoadCommand.class,
            NodeCommand.class,
            StatusCommand.class,
            DeployCommand.class,
            DeploymentsCommand.class,
            UndeployCommand.class,
            CertsCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the model or the request is refused; standard error says why",
            "2:wrong usage",
            "3:the parts do not compute the same as the whole model",
            "4:some outputs cannot be compared because they change from run to run; the others agree",
            "130:stopped by Ctrl-C"
        })
public final class Main {
    static final int DONE = 0;
    static final int REFUSED = 1;
    static final int DIFFERENT = 3;
    static final int NOT_COMPARABLE = 4;

    private Main() {}

    /**
     * Runs the command and exits with its code.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        PrintWriter err = writer(System.err);
        int code = run(writer(out), err, args);
        System.exit(out.code(code, err));
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    /**
     * Runs the command in this process.
     *
     * @param out receives the results
     * @param err receives messages and progress
     * @param args the arguments
     * @return the exit code
     */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return run(commandLine(), out, err, args);
    }

    /**
     * Runs a command of another application in the same way: its text is safe for terminals, and a failure is a line
     * instead of a stack trace.
     *
     * @param command the command
     * @param args the arguments
     * @return the exit code
     */
    public static int run(CommandLine command, String... args) {
        return run(command.registerConverter(Path.class, Main::path), writer(System.out), writer(System.err), args);
    }

    private static int run(CommandLine command, PrintWriter out, PrintWriter err, String... args) {
        PrintWriter printed = new SafeWriter(out);
        PrintWriter safe = new SafeWriter(err);
        try {
            return command.setOut(printed)
                    .setErr(safe)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .setUsageHelpAutoWidth(true)
                    .setExecutionExceptionHandler((failure, line, parsed) -> Failures.refuse(failure, safe))
                    .execute(args);
        } catch (Error error) {
            return Failures.refuse(error, safe);
        } finally {
            // Only whole lines are flushed by themselves.
            printed.flush();
            safe.flush();
        }
    }

    /** Returns the command with its subcommands, without writers. */
    static CommandLine commandLine() {
        return new CommandLine(new Main()).registerConverter(Path.class, Main::path);
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException invalid) {
            throw new TypeConversionException("'" + name + "' " + FileErrors.reason(invalid));
        }
    }

    /** Returns the exit code of a verification. */
    static int code(Verification verification) {
        if (verification.passed()) {
            return DONE;
        }
        return verification.differs() ? DIFFERENT : NOT_COMPARABLE;
    }
}
