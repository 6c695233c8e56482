package io.pepper.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A checkout of the project whose benchmarks are built. */
record Checkout(Path root) {
    Checkout {
        if (!Files.isDirectory(root.resolve("pepper-bench/target/lib"))) {
            throw new IllegalArgumentException(
                    root + ": no built benchmarks; run there: mvn -pl pepper-bench -am package -DskipTests");
        }
    }

    List<Case> cases(List<String> selection) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(selection);
        arguments.add("-lp");
        return Case.parse(run(jmh(arguments)).lines().toList());
    }

    Measured measure(Case one, List<String> settings) throws IOException, InterruptedException {
        Path file = Files.createTempFile("pepper-bench-", ".json");
        try {
            List<String> arguments = new ArrayList<>(one.arguments());
            arguments.addAll(settings);
            arguments.addAll(List.of("-foe", "true", "-rf", "json", "-rff", file.toString()));
            run(jmh(arguments));
            List<Measured> measured = JmhResults.read(file);
            if (measured.size() != 1) {
                throw new IOException(root + ": " + one.name() + ": " + measured.size() + " results; one is needed");
            }
            return measured.get(0);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** The commit, with a plus sign if files were changed since. */
    String commit() throws IOException, InterruptedException {
        String changes = run(List.of("git", "-C", root.toString(), "status", "--porcelain", "--untracked-files=no"));
        return run(List.of("git", "-C", root.toString(), "rev-parse", "--short=10", "HEAD"))
                        .strip()
                + (changes.isBlank() ? "" : "+");
    }

    private List<String> jmh(List<String> arguments) {
        Path bench = root.resolve("pepper-bench/target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                bench.resolve("classes")
                        + System.getProperty("path.separator")
                        + bench.resolve("lib").resolve("*"),
                "org.openjdk.jmh.Main"));
        command.addAll(arguments);
        return command;
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IOException(root + ": exit code " + exit + " of " + String.join(" ", command) + "\n" + output);
        }
        return output;
    }
}
