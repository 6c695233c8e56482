package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pepper.export.PartitionManifest;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Topologies;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever stands under the names of exports, beside the target or in it: an export goes on or says which file is in its way. */
@Timeout(120)
class HostileNeighboursTest {
    private static final String NAME = ".pepper-00000000-0000-0000-0000-000000000000";

    @TempDir
    Path directory;

    private Path file;
    private Path target;

    /** What somebody puts into the place of a file. */
    private enum Thing {
        PIPE,
        DIRECTORY,
        FULL_DIRECTORY,
        DANGLING_LINK,
        LINK_TO_A_PIPE,
        SOCKET,
        EMPTY_FILE,
        READ_ONLY_FILE,
        LOCKED_DIRECTORY;

        void put(Path at) throws IOException, InterruptedException {
            switch (this) {
                case PIPE -> pipe(at);
                case DIRECTORY -> Files.createDirectory(at);
                case FULL_DIRECTORY ->
                    Files.writeString(Files.createDirectory(at).resolve("x"), "x");
                case DANGLING_LINK -> Files.createSymbolicLink(at, at.resolveSibling("nowhere"));
                case LINK_TO_A_PIPE -> {
                    pipe(at.resolveSibling("pipe"));
                    Files.createSymbolicLink(at, at.resolveSibling("pipe"));
                }
                case SOCKET ->
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                            .bind(UnixDomainSocketAddress.of(at))
                            .close();
                case EMPTY_FILE -> Files.createFile(at);
                case READ_ONLY_FILE -> {
                    Files.createFile(at);
                    Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("---------"));
                }
                case LOCKED_DIRECTORY -> {
                    Files.writeString(Files.createDirectory(at).resolve("x"), "x");
                    Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("---------"));
                }
            }
        }

        private static void pipe(Path at) throws IOException, InterruptedException {
            Process made = new ProcessBuilder("mkfifo", at.toString()).start();
            assumeTrue(made.waitFor() == 0, "no pipes can be made here");
        }
    }

    @BeforeEach
    void save() throws IOException {
        file = Parts.save(
                directory.resolve("model"), "weights", Topologies.weights(3_000).model());
        target = Files.createDirectory(directory.resolve("work")).resolve("parts");
    }

    private PartitionManifest export() throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            return Parts.split(model, target);
        }
    }

    private static void unlock(Path place) throws IOException {
        if (Files.exists(place)) {
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @ParameterizedTest
    @EnumSource(Thing.class)
    void lockOfAnotherExportBesideTheTarget(Thing thing) throws Exception {
        thing.put(target.resolveSibling(NAME + ".lock"));
        export();
        PartitionManifest.read(target);
        unlock(target.resolveSibling(NAME + ".lock"));
    }

    @ParameterizedTest
    @EnumSource(Thing.class)
    void lockOfAnotherExportInTheTarget(Thing thing) throws Exception {
        export();
        thing.put(target.resolve(NAME + ".lock"));
        export();
        PartitionManifest.read(target);
        unlock(target.resolve(NAME + ".lock"));
    }

    /** The lock is free, so that it looks as if its process had been killed. */
    @ParameterizedTest
    @EnumSource(Thing.class)
    void filesOfAnotherExportBesideTheTarget(Thing thing) throws Exception {
        Files.createFile(target.resolveSibling(NAME + ".lock"));
        thing.put(target.resolveSibling(NAME));
        export();
        PartitionManifest.read(target);
        unlock(target.resolveSibling(NAME));
    }

    @ParameterizedTest
    @EnumSource(
            value = Thing.class,
            names = {"EMPTY_FILE", "READ_ONLY_FILE"},
            mode = EnumSource.Mode.EXCLUDE)
    void lockOfExchangesThatIsNoFileIsNamed(Thing thing) throws Exception {
        export();
        thing.put(target.resolve(".pepper.lock"));
        assertThatThrownBy(this::export)
                .isInstanceOf(FileSystemException.class)
                .hasMessageContainingAll(
                        target.resolve(".pepper.lock").toString(), "is not a regular file", "remove it");
        PartitionManifest.read(target);
        unlock(target.resolve(".pepper.lock"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Thing.class,
            names = {"PIPE", "DIRECTORY", "DANGLING_LINK", "SOCKET", "LINK_TO_A_PIPE"})
    void manifestThatIsNoFileIsNotOverwritten(Thing thing) throws Exception {
        Files.createDirectory(target);
        thing.put(target.resolve("partition.json"));
        assertThatThrownBy(this::export)
                .isInstanceOf(FileSystemException.class)
                .hasMessageContainingAll(
                        target.resolve("partition.json").toString(), "does not belong to an earlier export");
    }

    @ParameterizedTest
    @EnumSource(
            value = Thing.class,
            names = {"PIPE", "SOCKET", "LINK_TO_A_PIPE", "DANGLING_LINK", "EMPTY_FILE"})
    void targetThatIsNoDirectoryIsNamed(Thing thing) throws Exception {
        thing.put(target);
        assertThatThrownBy(this::export)
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(target.toString());
    }

    /** Of a process that lives on. */
    @Test
    void lockThatAnotherProcessHoldsBesideTheTargetIsLeftAlone() throws Exception {
        Path lock = target.resolveSibling(NAME + ".lock");
        try (HeldLock held = HeldLock.of(lock)) {
            assertThat(held.isHeld()).isTrue();
            export();
            assertThat(lock).exists();
        }
        PartitionManifest.read(target);
    }
}
