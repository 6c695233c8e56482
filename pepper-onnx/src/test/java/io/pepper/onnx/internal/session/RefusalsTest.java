package io.pepper.onnx.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The place in C++ source at the start of a message is cut off; other text stays. */
class RefusalsTest {
    @Test
    void signaturesOfFunctionsAreCutOff() {
        assertThat(
                        Refusals.reason(
                                "Error code - ORT_FAIL - message: /onnxruntime_src/onnxruntime/core/a.cc:46 "
                                        + "void ns::f(const std::unordered_map<std::string, int>&, g(int)) const The name (x) is wrong.\n"))
                .isEqualTo("Error code - ORT_FAIL - message: The name (x) is wrong.");
    }

    @Test
    void textWithoutASignatureStays() {
        assertThat(Refusals.reason("/onnxruntime_src/a.cc:4 nothing is closed (here"))
                .isEqualTo("nothing is closed (here");
        assertThat(Refusals.reason("Node (a) has input size 1")).isEqualTo("Node (a) has input size 1");
        assertThat(Refusals.reason("")).isEmpty();
    }
}
