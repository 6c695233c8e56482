package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    @Test
    void eachPartGoesToItsDeviceAndToTheLeastLoadedSpares() throws IOException {
        assertThat(Assignment.of(List.of("a", "b", "a"), List.of("a", "b", "c"), 1))
                .containsEntry("a", List.of(0, 2))
                .containsEntry("b", List.of(1, 2))
                .containsEntry("c", List.of(0, 1));
    }

    @Test
    void aDeviceThatIsNoNodeIsNamedWithItsPart() {
        assertThatThrownBy(() -> Assignment.of(List.of("a", "x"), List.of("a", "b"), 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("part 1 is planned for 'x'")
                .hasMessageContaining("a, b");
    }

    @Test
    void moreSparesThanNodesAreRefused() {
        assertThatThrownBy(() -> Assignment.of(List.of("a"), List.of("a", "b"), 2))
                .hasMessageContaining("2 spares need 3 nodes; the cluster has 2");
    }
}
