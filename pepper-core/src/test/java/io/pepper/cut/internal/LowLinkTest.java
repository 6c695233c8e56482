package io.pepper.cut.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LowLinkTest {
    @Test
    void readsRowsInTheOrderOfTheEdges() {
        Adjacency graph = Adjacency.of(4, new int[] {0, 2, 0, 1, 9}, new int[] {1, 0, 0, 0, 9}, 4);
        assertThat(graph.vertexCount()).isEqualTo(4);
        assertThat(graph.offsets()).containsExactly(0, 5, 7, 8, 8);
        assertThat(graph.neighbours()).containsExactly(1, 2, 0, 0, 1, 0, 0, 0);
    }

    @Test
    void refusesMoreEdgesThanAnArrayHolds() {
        int[] none = new int[0];
        assertThatThrownBy(() -> Adjacency.of(0, none, none, 1 << 30))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Integer.toString(1 << 30));
    }

    @Test
    void graphsWithoutEdgesHaveNoBridges() {
        assertThat(LowLink.bridgeEnds(Adjacency.of(0, new int[0], new int[0], 0)))
                .isEmpty();
        assertThat(LowLink.bridgeEnds(Adjacency.of(3, new int[0], new int[0], 0)))
                .containsExactly(0, 0, 0);
    }

    @Test
    void namesEachBridgeAtItsLowerEnd() {
        int[] ends = LowLink.bridgeEnds(Adjacency.of(4, new int[] {0, 1, 2}, new int[] {1, 2, 3}, 3));
        assertThat(ends).containsExactly(0, 1, 2, 3);
        assertThat(LowLink.isBridge(ends, 2, 1)).isTrue();
        assertThat(LowLink.isBridge(ends, 1, 2)).isTrue();
        assertThat(LowLink.isBridge(ends, 0, 2)).isFalse();
    }

    @Test
    void aParallelEdgeToTheParentIsNoBridge() {
        int[] twice = LowLink.bridgeEnds(Adjacency.of(3, new int[] {0, 1, 1}, new int[] {1, 0, 2}, 3));
        assertThat(twice).containsExactly(0, 0, 2);
    }

    /** The second edge between 0 and 1 is met only after the walk came back from 2. */
    @Test
    void remembersTheParentWhileItIsFurtherDown() {
        int[] ends = LowLink.bridgeEnds(Adjacency.of(3, new int[] {0, 1, 0}, new int[] {1, 2, 1}, 3));
        assertThat(ends).containsExactly(0, 0, 2);
        int[] single = LowLink.bridgeEnds(Adjacency.of(3, new int[] {0, 1, 1}, new int[] {1, 1, 2}, 3));
        assertThat(single).containsExactly(0, 1, 2);
    }
}
