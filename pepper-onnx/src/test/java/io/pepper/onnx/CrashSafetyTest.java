package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pepper.export.ExportOptions;
import io.pepper.export.StagingAccess;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.WeightStorage;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports whose process is killed, whose disk is full, and that get in each other's way: whole or nothing. */
class CrashSafetyTest {
    private static final String READY = "ready";

    @TempDir
    Path directory;

    private Path file;
    private Path target;

    /** What the other JVM runs: it exports again and again, now into two parts and now into many, until it is killed. */
    static final class Exporter {
        private Exporter() {}

        public static void main(String[] args) throws IOException {
            int times = Integer.parseInt(args[2]);
            try (OnnxModel model = OnnxModel.load(Path.of(args[0]))) {
                for (int i = 0; i < times; i++) {
                    export(model, Path.of(args[1]), i % 2 == 0);
                    if (i == 0) {
                        System.out.println(READY);
                    }
                }
            }
        }
    }

    private static void export(OnnxModel model, Path target, boolean few) throws IOException {
        Partitioner partitioner = few ? Partitioner.balanced(2, model.weights()) : Partitioner.everyCut();
        ExportOptions options = ExportOptions.DEFAULTS
                .withDurable(false)
                .withWeights(few ? WeightStorage.EXTERNAL : WeightStorage.INLINE);
        SubmodelExporter.export(model, partitioner.partition(model.cuts()), target, options);
    }

    @BeforeEach
    void save() throws IOException {
        file = Parts.save(directory, "weights", Topologies.weights(300_000).model());
        target = directory.resolve("parts");
    }

    private Process start(int times) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Exporter.class.getName(),
                        file.toString(),
                        target.toString(),
                        Integer.toString(times))
                .redirectErrorStream(true)
                .start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The two exports that the other process makes, by the number of their files. */
    private Map<Integer, SortedMap<String, String>> expected(OnnxModel model) throws IOException {
        export(model, directory.resolve("few"), true);
        export(model, directory.resolve("many"), false);
        SortedMap<String, String> few = Parts.contents(directory.resolve("few"));
        SortedMap<String, String> many = Parts.contents(directory.resolve("many"));
        return Map.of(few.size(), few, many.size(), many);
    }

    @Test
    void killedAtAnyMomentTheNextRunFindsWholeFilesAndLeavesNoOthers() throws Exception {
        Random random = new Random(5);
        try (OnnxModel model = OnnxModel.load(file)) {
            Map<Integer, SortedMap<String, String>> expected = expected(model);
            int halfDone = 0;
            for (int round = 0; round < 12; round++) {
                Process exporter = start(Integer.MAX_VALUE);
                waitUntilReady(exporter);
                TimeUnit.MICROSECONDS.sleep(random.nextInt(100_000));
                exporter.destroyForcibly().waitFor();
                halfDone += Parts.names(target).size() + (Files.exists(target.resolve("partition.json")) ? 0 : 1);
                StagingAccess.clean(target);
                SortedMap<String, String> found = Parts.contents(target);
                found.remove(".pepper.lock");
                assertThat(found).isEqualTo(expected.get(found.size()));
                export(model, target, round % 2 == 0);
                assertThat(expected).containsValue(Parts.contents(target));
                assertThat(Parts.names(directory)).containsExactly("few", "many", "parts", "weights.onnx");
            }
            assertThat(halfDone).isPositive();
        }
    }

    private static void waitUntilReady(Process exporter) throws IOException {
        StringBuilder said = new StringBuilder();
        while (said.indexOf(READY) < 0) {
            int next = exporter.getInputStream().read();
            assertThat(next).as(said.toString()).isNotNegative();
            said.append((char) next);
        }
    }

    @Test
    void twoProcessesGiveOneWholeExport() throws Exception {
        try (OnnxModel model = OnnxModel.load(file)) {
            Map<Integer, SortedMap<String, String>> expected = expected(model);
            for (int round = 0; round < 2; round++) {
                if (round == 1) {
                    export(model, target, true);
                }
                List<Process> both = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    both.add(start(10 + i));
                }
                int done = 0;
                for (Process each : both) {
                    String output = output(each);
                    boolean ended = each.waitFor() == 0;
                    assertThat(ended || output.contains("was created by another process"))
                            .as(output)
                            .isTrue();
                    done += ended ? 1 : 0;
                }
                assertThat(done).isPositive();
                assertThat(expected).containsValue(Parts.contents(target));
                assertThat(Parts.names(directory)).containsExactly("few", "many", "parts", "weights.onnx");
            }
        }
    }

    @Test
    void manyThreadsGiveOneWholeExport() throws Exception {
        try (OnnxModel model = OnnxModel.load(file)) {
            Map<Integer, SortedMap<String, String>> expected = expected(model);
            export(model, target, true);
            List<Thread> threads = new ArrayList<>();
            List<Exception> failures = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 4; i++) {
                boolean few = i % 2 == 0;
                threads.add(new Thread(() -> {
                    try {
                        for (int round = 0; round < 20; round++) {
                            export(model, target, few);
                        }
                    } catch (IOException | RuntimeException failed) {
                        failures.add(failed);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            assertThat(expected).containsValue(Parts.contents(target));
        }
    }

    /** What a killed export left cannot make the next one touch files elsewhere. */
    @Test
    void forgedLeftoversHarmNothing() throws IOException {
        Files.createDirectories(target);
        String name = ".pepper-00000000-0000-0000-0000-000000000000";
        Path staged = Files.createDirectory(target.resolve(name));
        Files.createFile(target.resolve(name + ".lock"));
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("mine"), "mine");
        Files.writeString(target.resolve("thesis.txt"), "mine");
        Files.writeString(staged.resolve(".publishing"), "../outside/mine\n" + outside.resolve("mine") + "\nx\n");
        Files.writeString(staged.resolve("x"), "x");
        Files.createSymbolicLink(staged.resolve("link"), outside);
        Files.createSymbolicLink(staged.resolve(".old"), outside);
        try (OnnxModel model = OnnxModel.load(file)) {
            export(model, target, true);
        }
        assertThat(outside.resolve("mine")).hasContent("mine");
        assertThat(target.resolve("thesis.txt")).hasContent("mine");
        assertThat(Parts.names(target)).noneMatch(left -> left.startsWith(".pepper"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fullDiskLeavesTheEarlierExport(boolean withEarlier) throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        long room = Files.size(file) * (withEarlier ? 3 : 1) / 2;
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + room, "tmpfs", disk.toString()), "no disk can be mounted");
        try (OnnxModel model = OnnxModel.load(file)) {
            target = disk.resolve("parts");
            if (withEarlier) {
                export(model, target, true);
            }
            Map<String, String> before = Parts.contents(disk);
            assertThatThrownBy(() -> export(model, target, false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(disk.toString(), "has room for");
            assertThat(Parts.contents(disk)).isEqualTo(before);
        } finally {
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    @Test
    void readOnlyTargetIsRefusedClearly() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m,ro", "tmpfs", disk.toString()), "no disk can be mounted");
        try (OnnxModel model = OnnxModel.load(file)) {
            for (Path readOnly : new Path[] {disk, disk.resolve("parts")}) {
                assertThatThrownBy(() -> export(model, readOnly, false))
                        .isInstanceOf(IOException.class)
                        .hasMessageContainingAll(disk.toString(), "Read-only file system");
            }
        } finally {
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
