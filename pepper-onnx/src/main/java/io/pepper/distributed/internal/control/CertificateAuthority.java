package io.pepper.distributed.internal.control;

import io.pepper.internal.net.PemFiles;
import io.pepper.internal.text.FileErrors;
import io.pepper.onnx.internal.isolate.ScratchDirectory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** An authority in a directory, whose certificates {@code keytool} makes. Not thread-safe. */
public final class CertificateAuthority {
    private static final String AUTHORITY = "authority";
    private static final String PASSWORD_VARIABLE = "PEPPER_STORE_PASSWORD";
    private static final int AUTHORITY_DAYS = 3650;
    private static final int PASSWORD_BYTES = 24;

    private final Path directory;

    /**
     * Names the directory.
     *
     * @param directory the directory of the authority and its certificates
     */
    public CertificateAuthority(Path directory) {
        this.directory = directory;
    }

    /**
     * Makes certificates, and the authority if there is none.
     *
     * @param names the names
     * @param days the validity
     * @return the new files
     * @throws IOException if a file exists already, {@code keytool} fails, or a file cannot be written
     */
    public List<Path> issue(List<String> names, long days) throws IOException {
        Files.createDirectories(directory);
        for (String name : names) {
            refuseExisting(directory.resolve(name + ".pem"));
            refuseExisting(directory.resolve(name + ".key"));
        }
        List<Path> written = new ArrayList<>();
        try (ScratchDirectory scratch = ScratchDirectory.create("pepper-certificates")) {
            Path store = scratch.path().resolve("store.p12");
            String password = authority(store, written);
            for (String name : names) {
                run(store, password, generate(name, days, List.of("-signer", AUTHORITY), "ku=digitalSignature"));
            }
            export(store, password, names, written);
            return written;
        } catch (IOException | RuntimeException failed) {
            for (Path file : written) {
                Files.deleteIfExists(file);
            }
            throw failed;
        }
    }

    private static void refuseExisting(Path file) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(
                    file.toString(), null, "is not overwritten; choose another directory or name");
        }
    }

    /** Copies the store of the authority to a temporary one, or makes it. Returns its password. */
    private String authority(Path store, List<Path> written) throws IOException {
        Path kept = directory.resolve(AUTHORITY + ".p12");
        Path secret = directory.resolve(AUTHORITY + ".password");
        if (Files.exists(kept)) {
            Files.copy(kept, store);
            return FileErrors.naming(secret, () -> Files.readString(secret)).strip();
        }
        refuseExisting(directory.resolve(AUTHORITY + ".pem"));
        String password = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Proofs.nonce().substring(0, PASSWORD_BYTES).toByteArray());
        run(
                store,
                password,
                generate(AUTHORITY, AUTHORITY_DAYS, List.of("-ext", "bc:c=ca:true,pathlen:0"), "ku=keyCertSign"));
        write(kept, Files.readAllBytes(store), true, written);
        write(secret, (password + "\n").getBytes(StandardCharsets.UTF_8), true, written);
        write(
                directory.resolve(AUTHORITY + ".pem"),
                pem(certificate(open(store, password), AUTHORITY)),
                false,
                written);
        return password;
    }

    private static List<String> generate(String name, long days, List<String> more, String usage) {
        List<String> command = new ArrayList<>(List.of(
                "-genkeypair", "-alias", name, "-dname", "CN=" + name, "-keyalg", "EC", "-groupname", "secp256r1"));
        command.addAll(List.of("-validity", String.valueOf(days + 1), "-startdate", "-1d", "-ext", usage));
        command.addAll(more);
        return command;
    }

    private static void run(Path store, String password, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(arguments);
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
        command.addAll(List.of("-storepass:env", PASSWORD_VARIABLE));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(PASSWORD_VARIABLE, password);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException("keytool " + arguments.get(0) + " failed: " + output.strip());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while keytool ran");
        } finally {
            process.destroyForcibly();
        }
    }

    private static KeyStore open(Path store, String password) throws IOException {
        try (var in = Files.newInputStream(store)) {
            KeyStore opened = KeyStore.getInstance("PKCS12");
            opened.load(in, password.toCharArray());
            return opened;
        } catch (GeneralSecurityException unreadable) {
            throw new IOException(store + ": cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private static Certificate certificate(KeyStore store, String name) throws IOException {
        try {
            return store.getCertificate(name);
        } catch (GeneralSecurityException unreadable) {
            throw new IOException(
                    "the certificate of " + name + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private void export(Path store, String password, List<String> names, List<Path> written) throws IOException {
        KeyStore opened = open(store, password);
        for (String name : names) {
            try {
                byte[] key = opened.getKey(name, password.toCharArray()).getEncoded();
                byte[] text = PemFiles.encode("PRIVATE KEY", key).getBytes(StandardCharsets.US_ASCII);
                write(directory.resolve(name + ".pem"), pem(certificate(opened, name)), false, written);
                write(directory.resolve(name + ".key"), text, true, written);
            } catch (GeneralSecurityException unreadable) {
                throw new IOException("the key of " + name + " cannot be read: " + unreadable.getMessage(), unreadable);
            }
        }
    }

    private static byte[] pem(Certificate certificate) throws IOException {
        try {
            return PemFiles.encode("CERTIFICATE", certificate.getEncoded()).getBytes(StandardCharsets.US_ASCII);
        } catch (CertificateEncodingException impossible) {
            throw new IOException("a certificate cannot be encoded: " + impossible.getMessage(), impossible);
        }
    }

    /** Writes a new file. Only its owner can read a secret one, from its creation on. */
    private static void write(Path file, byte[] content, boolean secret, List<Path> written) throws IOException {
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = secret && posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))
                }
                : new FileAttribute<?>[0];
        FileErrors.namingStep(file, () -> {
            try (var channel = Files.newByteChannel(file, options, attributes)) {
                written.add(file);
                var bytes = java.nio.ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        });
    }
}
