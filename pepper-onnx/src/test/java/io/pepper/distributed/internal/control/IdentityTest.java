package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.proto.Hello;
import io.pepper.distributed.internal.proto.Signed;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates, and what they prove. */
class IdentityTest {
    private static final Hello HELLO = Hello.newBuilder().setName("a").build();

    @TempDir
    private static Path directory;

    private static Path own;
    private static Path foreign;

    @BeforeAll
    static void make() throws IOException {
        own = directory.resolve("own");
        foreign = directory.resolve("foreign");
        new CertificateAuthority(own).issue(List.of("a", "b"), 10);
        new CertificateAuthority(own).issue(List.of("late"), 0);
        new CertificateAuthority(foreign).issue(List.of("a"), 10);
    }

    private static Identity load(Path from, String name) throws IOException {
        return Identity.load(from.resolve(name + ".pem"), from.resolve(name + ".key"), from.resolve("authority.pem"));
    }

    @Test
    void onlyTheOwnerReadsKeysAndNothingIsOverwritten() throws IOException {
        for (String secret : List.of("a.key", "b.key", "late.key", "authority.p12", "authority.password")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own.resolve(secret))))
                    .isEqualTo("rw-------");
        }
        byte[] before = Files.readAllBytes(own.resolve("a.key"));
        assertThatThrownBy(() -> new CertificateAuthority(own).issue(List.of("c", "a"), 10))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("a.pem");
        assertThat(own.resolve("a.key")).hasBinaryContent(before);
        assertThat(own.resolve("c.key")).doesNotExist();
    }

    @Test
    void aSignedMessageProvesTheName() throws IOException {
        Signed signed = load(own, "a").sign(HELLO);
        Proofs proofs = new Proofs(Optional.of(load(own, "b")));
        assertThat(proofs.signer(signed)).contains("a");
        proofs.check(signed, "a");
        assertThatThrownBy(() -> proofs.check(signed, "b"))
                .hasMessageContaining("'b' has a certificate of 'a': the names must be the same");
    }

    @Test
    void missingForeignExpiredAndForgedProofsAreRefused() throws IOException {
        Identity receiver = load(own, "b");
        Signed right = load(own, "a").sign(HELLO);
        assertThatThrownBy(() -> receiver.signer(
                        Signed.newBuilder().setBody(HELLO.toByteString()).build()))
                .hasMessageContaining("has no certificate, which this cluster requires");
        assertThatThrownBy(() -> receiver.signer(load(foreign, "a").sign(HELLO)))
                .hasMessageContaining("is not from the authority");
        Identity expired =
                Identity.read(own.resolve("late.pem"), own.resolve("late.key"), own.resolve("authority.pem"));
        assertThatThrownBy(() -> receiver.signer(expired.sign(HELLO))).hasMessageContaining("not now");
        ByteString other = Hello.newBuilder().setName("b").build().toByteString();
        assertThatThrownBy(
                        () -> receiver.signer(right.toBuilder().setBody(other).build()))
                .hasMessageContaining("a signature of another key");
        for (int length : new int[] {1, 20, right.getCertificate().size() - 1}) {
            Signed cut = right.toBuilder()
                    .setCertificate(right.getCertificate().substring(0, length))
                    .build();
            assertThatThrownBy(() -> receiver.signer(cut)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> receiver.signer(right.toBuilder()
                        .setSignature(ByteString.copyFromUtf8("x"))
                        .build()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void filesThatDoNotFitTogetherAreNamed() throws IOException {
        assertThatThrownBy(() -> load(own, "late"))
                .hasMessageContaining("late.pem")
                .hasMessageContaining("not now");
        assertThatThrownBy(
                        () -> Identity.load(own.resolve("a.pem"), own.resolve("b.key"), own.resolve("authority.pem")))
                .hasMessageContaining("is not the key of");
        assertThatThrownBy(() ->
                        Identity.load(own.resolve("a.pem"), own.resolve("a.key"), foreign.resolve("authority.pem")))
                .hasMessageContaining("is not from the authority");
        assertThatThrownBy(() -> load(own, "nobody")).hasMessageContaining("nobody.pem");
        Path empty = Files.writeString(directory.resolve("empty.pem"), "nothing");
        assertThatThrownBy(() -> Identity.load(empty, own.resolve("a.key"), own.resolve("authority.pem")))
                .hasMessageContaining("has no certificate in PEM form");
        assertThatThrownBy(() -> Identity.load(own.resolve("a.pem"), empty, own.resolve("authority.pem")))
                .hasMessageContaining("BEGIN PRIVATE KEY");
    }
}
