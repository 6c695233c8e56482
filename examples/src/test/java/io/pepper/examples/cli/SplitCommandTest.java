package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code pepper split} in its ways of cutting and of storing weights. */
class SplitCommandTest extends CommandTest {
    @Test
    void jsonDescribesThePartsAndTheirVerification() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(run("split", model, "--out", parts, "--parts", 3, "--balance", "bytes", "--verify", "--json"))
                .as(err.toString())
                .isZero();
        JsonNode document = json();
        assertThat(names(document))
                .containsExactly("model", "partition", "weights", "bytes", "parts", "notes", "verification");
        assertThat(Path.of(document.get("partition").textValue())).exists();
        assertThat(document.get("parts")).hasSize(3);
        long weights = 0;
        for (JsonNode part : document.get("parts")) {
            assertThat(names(part)).contains("file", "bytes", "operators", "weightBytes", "inputs", "outputs");
            assertThat(Files.size(Path.of(part.get("file").textValue())))
                    .isEqualTo(part.get("bytes").longValue());
            weights += part.get("weightBytes").longValue();
        }
        assertThat(document.get("verification").get("identical").booleanValue()).isTrue();
        assertThat(document.get("verification").get("maxAbsDiff").doubleValue()).isZero();
        assertThat(run("inspect", model, "--json")).isZero();
        assertThat(json().get("weightBytes").longValue()).isEqualTo(weights);
        assertThat(run("verify", model, parts, "--json", "--shape", "x=1x3x48x96"))
                .isZero();
        assertThat(json().get("inputs").get(0).get("shape")).hasToString("[1,3,48,96]");
    }

    @Test
    void partsAreBalancedByArithmeticAndKeptWithinALimitOfBytes() throws IOException {
        Path parts = directory.resolve("even");
        assertThat(run(
                        "split",
                        model,
                        "--parts",
                        3,
                        "--balance",
                        "flops",
                        "--shape",
                        "x=1x3x48x192",
                        "--max-width",
                        2,
                        "--out",
                        parts,
                        "--verify",
                        "--json"))
                .isZero();
        assertThat(json().get("parts")).hasSize(3);
        assertThat(json().get("verification").get("identical").booleanValue()).isTrue();
        Path limited = directory.resolve("limited");
        assertThat(run("split", model, "--max-part-bytes", 200_000, "--out", limited, "--json"))
                .isZero();
        assertThat(json().get("parts").size()).isGreaterThan(2);
        json().get("parts")
                .forEach(part -> assertThat(part.get("weightBytes").longValue()).isLessThanOrEqualTo(200_000));
        assertThat(run("split", model, "--max-part-bytes", 10, "--out", limited))
                .isOne();
        assertThat(err.toString()).contains("bytes of weights, where at most 10 are allowed");
        assertThat(run("split", model, "--max-part-bytes", 10, "--min-distance", 3, "--out", limited))
                .isEqualTo(2);
        assertThat(run("split", model, "--max-part-bytes", -1, "--out", limited))
                .isEqualTo(2);
    }

    @Test
    void weightsAreCopiedBesideThePartsOrReferredTo() throws IOException {
        Path parts = directory.resolve("copied");
        assertThat(run("split", model, "--out", parts, "--parts", 2, "--weights", "external", "--verify", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().get("weights").textValue()).isEqualTo("external");
        for (JsonNode part : json().get("parts")) {
            JsonNode data = part.get("data").get(0);
            assertThat(data.get("file").textValue()).isEqualTo(part.get("file").textValue() + ".data");
            assertThat(Files.size(Path.of(data.get("file").textValue())))
                    .isEqualTo(data.get("bytes").longValue());
        }
        assertThat(run(
                        "split",
                        model,
                        "--out",
                        directory,
                        "--parts",
                        2,
                        "--weights",
                        "reference",
                        "--verify",
                        "--json"))
                .as(err.toString())
                .isZero();
        JsonNode referring = json().get("parts").get(0);
        assertThat(referring.get("data").get(0).get("file").textValue()).isEqualTo(model.toString());
        assertThat(referring.get("bytes").longValue())
                .isLessThan(referring.get("weightBytes").longValue());
        assertThat(run("split", model, "--out", parts, "--weights", "reference"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("not below");
    }

    @Test
    void nothingIsVerifiedUnlessAsked() throws IOException {
        assertThat(run("split", model, "--out", directory.resolve("d"), "--json"))
                .isZero();
        assertThat(json().get("verification").isNull()).isTrue();
        assertThat(json().get("parts").size()).isGreaterThan(2);
    }

    @Test
    void cutsAreTakenAtNamedTensorsAndAtADistance() throws IOException {
        assertThat(run("inspect", model, "--json")).isZero();
        String first =
                json().get("cuts").get(10).get("tensors").get(0).get("name").textValue();
        String second =
                json().get("cuts").get(20).get("tensors").get(0).get("name").textValue();
        Path parts = directory.resolve("parts");
        assertThat(run("split", model, "--at", second, first, "--out", parts, "--verify", "--json"))
                .isZero();
        assertThat(json().get("parts")).hasSize(3);
        assertThat(run("split", model, "--at", second, "--at", first, "--out", parts, "--json"))
                .isZero();
        assertThat(json().get("parts")).hasSize(3);
        assertThat(run("split", model, "--min-distance", 20, "--out", parts, "--json"))
                .isZero();
        assertThat(json().get("parts").size()).isBetween(2, 12);
    }
}
