package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.InputShapes;
import io.pepper.workload.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CampaignTest {
    private static final ProfileTarget PIECE = piece("m.onnx", "whole");

    private static ProfileTarget piece(String file, String name) {
        return new ProfileTarget(
                "m", name, Path.of(file), InputShapes.NONE, Workload.builder().build());
    }

    @Test
    void countsMeasurements() {
        List<LoadLevel> loads = new ArrayList<>(List.of(LoadLevel.NONE, new LoadLevel(50, 2)));
        Campaign plan = Campaign.of(List.of(PIECE, piece("m.onnx", "a"), piece("m.onnx", "b")), loads, List.of(1, 2));
        loads.clear();
        assertThat(plan.loads()).as("copied").hasSize(2);
        assertThat(plan.rounds()).isEqualTo(3);
        assertThat(plan.size()).isEqualTo(3 * 2 * 2 * 3);
    }

    @Test
    void duplicateLoadsAndThreadsAreMeasuredOnce() {
        Campaign plan = Campaign.of(
                List.of(PIECE), List.of(LoadLevel.NONE, LoadLevel.parse("0"), LoadLevel.NONE), List.of(2, 1, 2));
        assertThat(plan.loads()).hasSize(1);
        assertThat(plan.threads()).containsExactly(2, 1);
        assertThat(plan.size()).isEqualTo(2 * 3);
    }

    @Test
    void twoPiecesOfOneNameAreRefused() {
        List<ProfileTarget> pieces = List.of(PIECE, piece("a/m.onnx", "part"), piece("b/m.onnx", "whole"));
        assertThatThrownBy(() -> Campaign.of(pieces, List.of(LoadLevel.NONE), List.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("m.onnx and " + Path.of("b/m.onnx") + " are both whole of a model named m");
    }

    @Test
    void refusesToMeasureNothing() {
        List<LoadLevel> idle = List.of(LoadLevel.NONE);
        assertThatThrownBy(() -> Campaign.of(List.of(), idle, List.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("nothing to measure: 0 pieces");
        assertThatThrownBy(() -> Campaign.of(List.of(PIECE), List.of(), List.of(1)))
                .hasMessageContaining("0 loads");
        assertThatThrownBy(() -> Campaign.of(List.of(PIECE), idle, List.of()))
                .hasMessageContaining("0 numbers of threads");
    }
}
