package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCharacteristics;
import io.pepper.onnx.OnnxModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** {@code pepper inspect} on a real classifier. */
class InspectCommandTest extends CommandTest {
    private int cutsAtOneTensor() throws IOException {
        try (OnnxModel opened = OnnxModel.load(model)) {
            return opened.cuts().size();
        }
    }

    @Test
    void aPersonReadsASummaryAndTheCuts() throws IOException {
        assertThat(run("inspect", model)).isZero();
        assertThat(out.toString())
                .contains("classifier: IR version 7, operator sets ai.onnx 11")
                .containsPattern("cuts +" + cutsAtOneTensor() + " at a single tensor")
                .contains("operators before");
    }

    /** The table of cuts is printed last, and standard output is buffered. */
    @Test
    void theLastLineReachesABufferedOutput() {
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        PrintWriter buffered = new PrintWriter(taken, true, StandardCharsets.UTF_8);
        assertThat(Main.run(buffered, new PrintWriter(err, true), "inspect", model.toString()))
                .isZero();
        assertThat(taken.toString(StandardCharsets.UTF_8).lines())
                .last()
                .asString()
                .matches("\\d+ .*");
    }

    @Test
    void jsonHasTheModelAndItsCuts() throws IOException {
        assertThat(run("inspect", model, "--json")).isZero();
        JsonNode document = json();
        assertThat(names(document))
                .containsExactly(
                        "model",
                        "sha256",
                        "irVersion",
                        "opsets",
                        "operators",
                        "constantOperators",
                        "tensors",
                        "weightBytes",
                        "inputs",
                        "outputs",
                        "paper",
                        "characteristics",
                        "openDimensions",
                        "shapeFailure",
                        "recognized",
                        "shared",
                        "cutSearch",
                        "cuts");
        assertThat(document.get("sha256").textValue())
                .isEqualTo("e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c");
        assertThat(document.get("irVersion").intValue()).isEqualTo(7);
        assertThat(document.get("opsets")).hasToString("{\"ai.onnx\":11}");
        assertThat(document.get("operators").intValue()).isEqualTo(566);
        assertThat(document.get("constantOperators").intValue()).isEqualTo(327);
        assertThat(document.get("inputs"))
                .hasToString("[{\"name\":\"x\",\"type\":\"float\",\"shape\":[null,3,null,null]}]");
        assertThat(document.get("cuts")).hasSize(cutsAtOneTensor());
        int before = 0;
        for (JsonNode cut : document.get("cuts")) {
            assertThat(names(cut)).containsExactly("tensors", "carried", "bytes", "operatorsBefore", "operatorsAfter");
            assertThat(names(cut.get("tensors").get(0))).containsExactly("name", "type", "shape", "bytes");
            assertThat(cut.get("operatorsBefore").intValue()).isGreaterThan(before);
            before = cut.get("operatorsBefore").intValue();
            assertThat(before + cut.get("operatorsAfter").intValue()).isEqualTo(566 - 327);
        }
    }

    @Test
    void jsonHasTheCostsOfGivenSizes() throws IOException {
        assertThat(run("inspect", model, "--shape", "x=1x3x48x192", "--json")).isZero();
        JsonNode document = json();
        ModelCharacteristics expected;
        try (OnnxModel opened = OnnxModel.load(model)) {
            expected = opened.costs(opened.shapes(InputShapes.NONE.withInputShape("x", 1, 3, 48, 192)))
                    .characteristics();
        }
        assertThat(document.get("paper"))
                .hasToString("{\"convLayers\":0,\"poolLayers\":11,\"fcLayers\":0,\"filters\":0,\"totalParameters\":0}");
        JsonNode costs = document.get("characteristics");
        assertThat(costs.get("convLayers").intValue()).isEqualTo(expected.convLayers());
        assertThat(costs.get("fcLayers").intValue()).isEqualTo(expected.fcLayers());
        assertThat(costs.get("flops").longValue()).isEqualTo(expected.flops().orElseThrow());
        assertThat(costs.get("peakActivationBytes").longValue())
                .isEqualTo(expected.peakActivationBytes().orElseThrow());
        assertThat(costs.get("unknownOperators")).isEmpty();
        assertThat(document.get("openDimensions")).isEmpty();
        JsonNode cut = document.get("cuts").get(0);
        assertThat(cut.get("bytes").longValue())
                .isEqualTo(cut.get("tensors").get(0).get("bytes").longValue())
                .isPositive();
        assertThat(cut.get("carried")).isEmpty();
    }

    @Test
    void costsAreUnknownWhileSizesOfInputsAreOpen() throws IOException {
        assertThat(run("inspect", model, "--json")).isZero();
        assertThat(json().get("characteristics").get("flops").isNull()).isTrue();
        assertThat(json().get("openDimensions")).isNotEmpty();
        assertThat(run("inspect", model)).isZero();
        assertThat(out.toString()).containsPattern("arithmetic +unknown").contains("--shape x=1x…");
        assertThat(run("split", model, "--parts", 2, "--balance", "flops", "--out", directory.resolve("none")))
                .isOne();
        assertThat(err.toString())
                .contains("is not known: the inputs leave open x[0]")
                .contains("--shape x=1x…");
        assertThat(directory.resolve("none")).doesNotExist();
        assertThat(run("inspect", model, "--dim", "batch=1")).isOne();
        assertThat(err.toString()).contains("the model has no dimension 'batch'");
    }

    @Test
    void widerCutsAndTheOriginalsBridgesAreListedWhenAsked() throws IOException {
        assertThat(run("inspect", model, "--shape", "x=1,3,48,192", "--max-width", 3, "--original", "--json"))
                .isZero();
        JsonNode document = json();
        assertThat(document.get("cuts").size()).isGreaterThan(cutsAtOneTensor());
        int bridges = document.get("original").get("bridges").size();
        int chosen = document.get("original").get("chosen").size();
        assertThat(chosen).isBetween(1, bridges);
        assertThat(run("inspect", model, "--original")).isZero();
        assertThat(out.toString())
                .contains("The original finds " + bridges + " bridges, and would choose " + chosen + ":");
        assertThat(run("inspect", model, "--max-width", 0)).isEqualTo(2);
        assertThat(run("inspect", model, "--share-input", "nothing")).isOne();
        assertThat(err.toString())
                .contains(
                        "'nothing' is neither an input of the graph nor computed from one by an operator; its inputs are"
                                + " [x]");
    }
}
