package io.pepper.monitor.internal.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/** Keys and certificates of tests. */
public final class Keys {
    static final char[] PASSWORD = "changeit".toCharArray();

    private Keys() {}

    /** Makes a key and its certificate by the tool of the JDK, and writes {@code name.crt} and {@code name.key}. */
    public static KeyStore pair(Path directory, String name, String algorithm) throws Exception {
        Path file = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        pem(
                directory.resolve(name + ".crt"),
                "CERTIFICATE",
                store.getCertificate(name).getEncoded());
        pem(
                directory.resolve(name + ".key"),
                "PRIVATE KEY",
                store.getKey(name, PASSWORD).getEncoded());
        return store;
    }

    private static void pem(Path file, String kind, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }
}
