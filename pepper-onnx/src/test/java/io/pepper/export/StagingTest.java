package io.pepper.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be brought about through the exporter: a failure while the files take their places. */
class StagingTest {
    @TempDir
    Path directory;

    private List<String> names() throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFailedExportRestoresEarlierFiles() throws IOException {
        Files.writeString(directory.resolve("a"), "old a");
        Files.writeString(directory.resolve("b"), "old b");
        Files.writeString(directory.resolve("mine"), "mine");
        try (Staging staging = Staging.of(directory, () -> Set.of("a", "b", "vanished"))) {
            Files.writeString(staging.file("a"), "new a");
            Files.writeString(staging.file("c"), "new c");
            assertThatThrownBy(() -> staging.publish(List.of("a", "c", "never written")))
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("never written");
        }
        assertThat(names()).containsExactly("a", "b", "mine");
        assertThat(directory.resolve("a")).hasContent("old a");
        assertThat(directory.resolve("b")).hasContent("old b");
        assertThat(directory.resolve("mine")).hasContent("mine");
    }

    @Test
    void fileThatAppearsMeanwhileIsNotOverwritten() throws IOException {
        try (Staging staging = Staging.of(directory, () -> Set.of())) {
            staging.refuseStrangers(List.of("a"));
            Files.writeString(staging.file("a"), "new");
            Files.writeString(directory.resolve("a"), "mine");
            assertThatThrownBy(() -> staging.publish(List.of("a"))).isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(names()).containsExactly("a");
        assertThat(directory.resolve("a")).hasContent("mine");
    }

    @Test
    void newTargetThatAppearsMeanwhileIsNotOverwritten() throws IOException {
        Path target = directory.resolve("parts");
        try (Staging staging = Staging.of(target, () -> Set.of())) {
            Files.writeString(staging.file("a"), "new");
            Files.writeString(Files.createDirectory(target).resolve("a"), "mine");
            assertThatThrownBy(() -> staging.publish(List.of("a"))).isInstanceOf(IOException.class);
        }
        assertThat(names()).containsExactly("parts");
        assertThat(target.resolve("a")).hasContent("mine");
    }

    @Test
    void directoriesOfAFailedExportAreRemoved() throws IOException {
        try (Staging staging = Staging.of(directory.resolve("x").resolve("y").resolve("z"), () -> Set.of())) {
            Files.writeString(staging.file("a"), "new");
            assertThat(names()).containsExactly("x");
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void aDirectoryThatOthersUseIsKept() throws IOException {
        try (Staging staging = Staging.of(directory.resolve("x").resolve("y").resolve("z"), () -> Set.of())) {
            Files.writeString(staging.file("a"), "new");
            Files.writeString(directory.resolve("x").resolve("mine"), "mine");
        }
        assertThat(directory.resolve("x").resolve("mine")).hasContent("mine");
        assertThat(directory.resolve("x").resolve("y")).doesNotExist();
    }
}
