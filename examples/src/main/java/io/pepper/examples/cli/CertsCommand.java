package io.pepper.examples.cli;

import io.pepper.distributed.ClusterCertificates;
import io.pepper.distributed.ClusterNodeOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code certs} command: certificates for the members of a cluster. */
@Command(
        name = "certs",
        mixinStandardHelpOptions = true,
        description = "Makes a certificate for each device of a cluster and, in a new directory, the authority and a"
                + " certificate for '" + ClusterNodeOptions.DEFAULT_DEPLOYER + "', who may deploy.")
final class CertsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Write them there. Existing files are never overwritten.")
    private Path directory = Path.of("");

    @Option(names = "--days", paramLabel = "N", description = "Their validity in days (default: 825).")
    private int days = (int) ClusterCertificates.VALIDITY.toDays();

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The names of the devices.")
    private List<String> names = List.of();

    @Override
    public Integer call() throws IOException {
        List<String> wanted = new ArrayList<>(names);
        boolean first = !Files.exists(directory.resolve("authority.p12"));
        if (first && !wanted.contains(ClusterNodeOptions.DEFAULT_DEPLOYER)) {
            wanted.add(ClusterNodeOptions.DEFAULT_DEPLOYER);
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            ClusterCertificates.create(directory, wanted, Duration.ofDays(days))
                    .forEach(file -> out.println("wrote " + file));
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
        out.println("Copy authority.pem, NAME.pem and NAME.key to the device NAME, and nothing else.");
        return Main.DONE;
    }
}
