package io.pepper.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys and certificates from files of people. */
class PemFilesTest {
    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("file.pem"), text);
    }

    @ParameterizedTest
    @CsvSource({"EC, SHA256withECDSA", "RSA, SHA256withRSA", "Ed25519, Ed25519"})
    void aKeyIsReadAsItWasWritten(String algorithm, String signature) throws Exception {
        PrivateKey key =
                KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
        PrivateKey read = PemFiles.key(file("text before\n" + PemFiles.encode("PRIVATE KEY", key.getEncoded())));
        assertThat(read.getEncoded()).isEqualTo(key.getEncoded());
        assertThat(PemFiles.signatureAlgorithm(read)).isEqualTo(signature);
    }

    @Test
    void whatIsNoKeyIsNamedWithWhatIsExpected() throws IOException {
        for (String text : new String[] {
            "", "nothing", PemFiles.encode("RSA PRIVATE KEY", new byte[] {1}), "-----BEGIN PRIVATE KEY-----"
        }) {
            Path file = file(text);
            assertThatThrownBy(() -> PemFiles.key(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + ": has no unencrypted private key in the form PKCS #8");
        }
        Path damaged = file(PemFiles.encode("PRIVATE KEY", new byte[] {1, 2, 3}));
        assertThatThrownBy(() -> PemFiles.key(damaged)).hasMessageContaining("or is damaged");
    }

    @Test
    void whatIsNoCertificateIsNamed() throws IOException {
        for (String text : new String[] {"", "nothing", PemFiles.encode("CERTIFICATE", new byte[] {1, 2, 3})}) {
            Path file = file(text);
            assertThatThrownBy(() -> PemFiles.certificates(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + ": has no certificate in PEM form");
        }
    }

    @Test
    void anEndlessFileIsNotReadToItsEnd() throws IOException {
        Path large = file("x".repeat((1 << 20) + 1));
        assertThatThrownBy(() -> PemFiles.certificates(large)).hasMessageContaining("too many for a certificate");
        assertThatThrownBy(() -> PemFiles.key(large)).hasMessageContaining("too many for a certificate");
        assertThatThrownBy(() -> PemFiles.key(directory.resolve("none.key"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void noBytesMakeTheReadersFailInAnotherWay() throws IOException {
        Random random = new Random(42);
        for (int round = 0; round < 300; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            Path file = round % 3 == 0
                    ? Files.write(directory.resolve("file.pem"), bytes)
                    : file(PemFiles.encode(round % 3 == 1 ? "CERTIFICATE" : "PRIVATE KEY", bytes));
            assertThatThrownBy(() -> PemFiles.certificates(file)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> PemFiles.key(file)).isInstanceOf(IOException.class);
        }
    }
}
