package io.pepper.monitor.internal.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.document.InvalidFileException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The UUID of a node is made once and kept. */
class UuidFileTest {
    @TempDir
    Path directory;

    private static UUID of(Path file) throws IOException {
        List<String> notes = new ArrayList<>();
        UUID uuid = UuidFile.of(Optional.of(file), notes);
        assertThat(notes).isEmpty();
        return uuid;
    }

    @Test
    void isMadeWithItsDirectoryAndIsTheSameAfterARestart() throws IOException {
        Path file = directory.resolve("a/b/node-uuid");
        UUID made = of(file);
        assertThat(Files.readString(file)).isEqualTo(made + "\n");
        assertThat(of(file)).isEqualTo(made);
        assertThat(of(directory.resolve("other"))).isNotEqualTo(made);
    }

    @Test
    void isTheSameForAgentsThatStartAtOnce() throws Exception {
        Path file = directory.resolve("node-uuid");
        int agents = 8;
        CyclicBarrier together = new CyclicBarrier(agents);
        ExecutorService threads = Executors.newFixedThreadPool(agents);
        Set<UUID> found = new HashSet<>();
        try {
            List<Future<UUID>> starts = new ArrayList<>();
            for (int i = 0; i < agents; i++) {
                starts.add(threads.submit(() -> {
                    together.await();
                    return of(file);
                }));
            }
            for (Future<UUID> start : starts) {
                found.add(start.get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(found).hasSize(1);
    }

    @Test
    void isMadeWhereAnEarlierAgentDiedBeforeItWrote() throws IOException {
        Path file = Files.createFile(directory.resolve("node-uuid"));
        UUID made = of(file);
        assertThat(Files.readString(file)).isEqualTo(made + "\n");
    }

    @Test
    void isReadFromAFileThatMayNotBeWritten() throws IOException {
        Path file = Files.writeString(directory.resolve("node-uuid"), FakeNode.UUID + "\n");
        assertThat(file.toFile().setReadOnly()).isTrue();
        assertThat(of(file)).hasToString(FakeNode.UUID);
    }

    @Test
    void somethingElseInTheFileIsRefusedAndStays() throws IOException {
        for (String text : List.of("hello\n", "01234567-89ab-cdef-0123", "{}", "\n \n", "\0\0\0")) {
            Path file = Files.writeString(directory.resolve("node-uuid"), text);
            assertThatThrownBy(() -> of(file))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("is not a UUID: delete the file");
            assertThat(Files.readString(file)).isEqualTo(text);
        }
    }

    @Test
    void aPlaceThatIsNoFileIsNamed() throws IOException {
        assertThatThrownBy(() -> of(directory))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("is no regular file");
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> of(file.resolve("node-uuid")))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(file.toString());
    }
}
