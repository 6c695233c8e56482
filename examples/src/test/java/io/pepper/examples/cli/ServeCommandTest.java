package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.PartitionManifest;
import io.pepper.internal.net.PemFiles;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} in processes of their own, and {@code run --remote} over them. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ServeCommandTest {
    private static final String SHAPE = "x=1x3x48x192";
    private static final String OUTPUT_SHAPE = "save_infer_model/scale_0.tmp_1=-1x2";

    @TempDir
    Path directory;

    private Path parts = Path.of("");
    private final List<Process> servers = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void split() throws IOException {
        Path model = directory.resolve("classifier.onnx");
        parts = directory.resolve("parts");
        try (InputStream in =
                ServeCommandTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            assertThat(in).isNotNull();
            Files.copy(in, model);
        }
        assertThat(run(
                        "split",
                        model,
                        "--out",
                        parts,
                        "--parts",
                        2,
                        "--triton",
                        directory.resolve("triton"),
                        "--triton-shape",
                        OUTPUT_SHAPE,
                        "--kserve",
                        directory.resolve("kserve.yaml")))
                .as(err.toString())
                .isZero();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process server : servers) {
            server.destroy();
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> words = new ArrayList<>();
        for (Object arg : args) {
            words.add(arg.toString());
        }
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words.toArray(String[]::new));
    }

    /** Starts a server, and returns the endpoint in each line that it prints. */
    private List<String> serve(int endpoints, Object... args) throws IOException {
        return serve(System.getProperty("java.class.path"), endpoints, args);
    }

    private List<String> serve(String classPath, int endpoints, Object... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Main.class.getName(),
                "serve",
                parts.toString()));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
        servers.add(server);
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        List<String> found = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            String line = String.valueOf(lines.readLine());
            found.add(line.startsWith("ready: ") ? line.substring("ready: ".length()) : line);
        }
        return found;
    }

    @Test
    void withoutGrpcsLibraryTheRestFormWorksAndTheOtherNamesIt() throws IOException {
        String without = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("grpc"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(without)
                .hasSizeLessThan(System.getProperty("java.class.path").length());
        assertThat(serve(without, 1, "--rest", "127.0.0.1:0")).allMatch(line -> line.startsWith("http://"));
        assertThat(serve(without, 2, "--grpc", "127.0.0.1:0"))
                .anyMatch(line -> line.contains("the gRPC form of the protocol needs io.grpc:grpc-netty-shaded"));
    }

    @Test
    void partsOnTwoServersAnswerAsHere() throws IOException {
        String first = serve(1, "--part", 1, "--grpc", "127.0.0.1:0").get(0);
        String second = serve(1, "--part", 2, "--rest", "127.0.0.1:0").get(0);
        assertThat(first).matches("grpc://127\\.0\\.0\\.1:[0-9]+/classifier-1");
        assertThat(second).matches("http://127\\.0\\.0\\.1:[0-9]+/classifier-2");
        Path here = directory.resolve("here");
        assertThat(run("run", parts, "--shape", SHAPE, "--out", here))
                .as(err.toString())
                .isZero();
        for (String mode : List.of("--pipeline", "--json")) {
            Path there = directory.resolve("there" + mode);
            assertThat(run(
                            "run",
                            parts,
                            "--shape",
                            SHAPE,
                            "--out",
                            there,
                            "--remote",
                            "1=" + first,
                            "--remote",
                            "2=" + second,
                            "--repeat",
                            3,
                            mode))
                    .as(err.toString())
                    .isZero();
            assertThat(out.toString()).contains("classifier_part1.onnx at grpc://");
            String file = PartitionManifest.read(parts).outputs().get(0).name().replaceAll("[^A-Za-z0-9_.]", "_");
            try (var files = Files.list(here)) {
                for (Path answer : files.toList()) {
                    assertThat(there.resolve(String.valueOf(answer.getFileName())))
                            .as(file)
                            .hasSameBinaryContentAs(answer);
                }
            }
        }
    }

    @Test
    void theWholeIsServedInBothFormsUnderItsName() throws IOException {
        assertThat(serve(2, "--name", "angle", "--grpc", "127.0.0.1:0", "--rest", "127.0.0.1:0"))
                .anySatisfy(
                        endpoint -> assertThat(endpoint).startsWith("grpc://").endsWith("/angle"))
                .anySatisfy(
                        endpoint -> assertThat(endpoint).startsWith("http://").endsWith("/angle"));
    }

    /** Writes {@code name.crt} and {@code name.key} of a certificate for the loopback address that signs itself. */
    private void certificate(String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process making = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .inheritIO()
                .start();
        assertThat(making.waitFor()).isZero();
        char[] password = "changeit".toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        Files.writeString(
                directory.resolve(name + ".crt"),
                PemFiles.encode("CERTIFICATE", keys.getCertificate(name).getEncoded()));
        Files.writeString(
                directory.resolve(name + ".key"),
                PemFiles.encode("PRIVATE KEY", keys.getKey(name, password).getEncoded()));
    }

    private int runAt(String endpoint, Object... more) {
        List<Object> words = new ArrayList<>(
                List.of("run", parts, "--shape", SHAPE, "--remote", "2=" + endpoint, "--remote-timeout", "20s"));
        words.addAll(List.of(more));
        return run(words.toArray());
    }

    @Test
    void bothFormsAnswerByTlsToThoseWhoHaveTheTokenOrACertificate() throws Exception {
        certificate("board");
        certificate("me");
        Path token = Files.writeString(directory.resolve("token.txt"), "s3cret\n");
        Path authority = directory.resolve("board.crt");
        Object[] tls = {
            "--part",
            2,
            "--grpc",
            "127.0.0.1:0",
            "--rest",
            "127.0.0.1:0",
            "--certificate",
            authority,
            "--key",
            directory.resolve("board.key")
        };
        List<Object> byToken = new ArrayList<>(List.of(tls));
        byToken.addAll(List.of("--token", token));
        for (String endpoint : serve(2, byToken.toArray())) {
            assertThat(endpoint).matches("(grpcs|https)://127\\.0\\.0\\.1:[0-9]+/classifier-2");
            assertThat(runAt(endpoint, "--remote-ca", authority, "--remote-token", token))
                    .as(err.toString())
                    .isZero();
            assertThat(runAt(endpoint, "--remote-ca", authority)).isEqualTo(1);
            assertThat(err.toString()).contains("a token is expected");
            assertThat(runAt(endpoint, "--remote-token", token)).isEqualTo(1);
            assertThat(err.toString()).contains("no trusted authority signed its certificate");
            assertThat(runAt(endpoint.replaceFirst("s://", "://"), "--remote-token", token))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("it may use TLS");
        }
        List<Object> byCertificate = new ArrayList<>(List.of(tls));
        byCertificate.addAll(List.of("--client-ca", directory.resolve("me.crt")));
        for (String endpoint : serve(2, byCertificate.toArray())) {
            Path own = directory.resolve("me.crt");
            Path key = directory.resolve("me.key");
            assertThat(runAt(endpoint, "--remote-ca", authority, "--remote-certificate", own, "--remote-key", key))
                    .as(err.toString())
                    .isZero();
            assertThat(runAt(endpoint, "--remote-ca", authority)).isEqualTo(1);
            assertThat(err.toString()).contains("a certificate of the client");
            assertThat(runAt(endpoint, "--remote-ca", authority, "--remote-certificate", own))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("--remote-certificate and --remote-key go together");
        }
    }

    @Test
    void wrongOptionsAreUsageAndUnreachableServersAreRefused() {
        assertThat(run("serve", parts, "--part", 3)).isEqualTo(2);
        assertThat(err.toString()).contains("--part: there is no part 3, only 1 to 2");
        assertThat(run("serve", parts, "--certificate", "a.crt")).isEqualTo(2);
        assertThat(run("serve", parts, "--grpc", "0.0.0.0:0")).isEqualTo(1);
        assertThat(err.toString()).contains("other machines would reach the server at 0.0.0.0 without TLS");
        assertThat(run("run", parts, "--shape", SHAPE, "--remote", "9=grpc://127.0.0.1:9/m"))
                .isEqualTo(2);
        assertThat(run("run", parts, "--shape", SHAPE, "--remote", "1=127.0.0.1:9"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("'127.0.0.1:9' is not the address of a model on a server");
        assertThat(run("run", parts, "--shape", SHAPE, "--remote", "1=grpc://127.0.0.1:9/m"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("classifier_part1.onnx at grpc://127.0.0.1:9/m");
        assertThat(run("run", parts, "--shape", SHAPE, "--remote-timeout", "1s"))
                .isEqualTo(2);
    }

    @Test
    void filesForTritonAndKServeAreWrittenBesideTheParts() throws IOException {
        Path triton = directory.resolve("triton");
        assertThat(triton.resolve("classifier-1/1/model.onnx"))
                .hasSameBinaryContentAs(parts.resolve("classifier_part1.onnx"));
        assertThat(Files.readString(triton.resolve("classifier-2/config.pbtxt")))
                .contains("backend: \"onnxruntime\"")
                .contains("data_type: TYPE_FP32");
        assertThat(Files.readString(triton.resolve("classifier/config.pbtxt")))
                .contains("platform: \"ensemble\"")
                .contains("model_name: \"classifier-2\"")
                .contains("dims: [ -1, 2 ]");
        assertThat(run(
                        "split",
                        directory.resolve("classifier.onnx"),
                        "--out",
                        parts,
                        "--triton",
                        directory.resolve("t")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("has an unknown number of dimensions, which a Triton repository states");
        assertThat(Files.readString(directory.resolve("kserve.yaml")))
                .contains("kind: InferenceService")
                .contains("name: classifier-1")
                .contains("--load-model=classifier-2")
                .contains("storageUri: pvc://classifier/triton");
        assertThat(run(
                        "split",
                        directory.resolve("classifier.onnx"),
                        "--out",
                        parts,
                        "--parts",
                        2,
                        "--triton",
                        triton,
                        "--triton-shape",
                        OUTPUT_SHAPE))
                .isEqualTo(1);
        assertThat(err.toString()).contains("classifier-1");
    }
}
