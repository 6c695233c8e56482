package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where no process can be started to make the load, threads of this one make it, and say why. */
class LoadFallbackTest {
    @TempDir
    Path java;

    private static void makesLoad(LoadGenerator load) throws IOException, InterruptedException {
        load.set(LoadLevel.onAllCores(60));
        LoadGenerator.Meter busy = load.meter();
        for (int looked = 0; !(busy.achievedPercent().orElseThrow() > 1) && looked < 100; looked++) {
            Thread.sleep(100);
        }
        assertThat(busy.achievedPercent().orElseThrow()).isGreaterThan(1);
        load.set(LoadLevel.NONE);
        long used = load.used().orElseThrow().toNanos();
        assertThat(used).isPositive();
        long before = -1;
        for (int looked = 0; used != before && looked < 100; looked++) {
            before = used;
            Thread.sleep(50);
            used = load.used().orElseThrow().toNanos();
        }
        assertThat(used).as("processor time once no load is asked for").isEqualTo(before);
    }

    private void launcher(String script) throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"), "needs a shell");
        Path file = Files.createDirectories(java.resolve("bin")).resolve("java");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void aJavaWithALauncherNeedsNone() throws IOException {
        try (LoadGenerator load = LoadGenerator.start()) {
            assertThat(load.whyInProcess()).isEmpty();
        }
    }

    @Test
    void anImageWithoutALauncher() throws IOException, InterruptedException {
        try (LoadGenerator load = LoadGenerator.start(java)) {
            assertThat(load.whyInProcess()).hasValue(java + ": this Java has no launcher bin/java");
            makesLoad(load);
        }
    }

    @Test
    void aLauncherThatFailsIsQuoted() throws IOException, InterruptedException {
        launcher("echo 'Error: Could not find or load main class' >&2; echo Caused by: that >&2; exit 7");
        try (LoadGenerator load = LoadGenerator.start(java)) {
            assertThat(load.whyInProcess().orElseThrow())
                    .contains("with code 7", "Error: Could not find or load main class | Caused by: that");
            makesLoad(load);
        }
    }

    @Test
    void aLauncherThatTalksWithoutEndIsCutShort() throws IOException {
        launcher("i=0; while [ $i -lt 2000 ]; do echo line $i of a very long story >&2; i=$((i+1)); done; exit 1");
        try (LoadGenerator load = LoadGenerator.start(java)) {
            assertThat(load.whyInProcess().orElseThrow()).hasSizeLessThan(400).contains("line 1999");
        }
    }
}
