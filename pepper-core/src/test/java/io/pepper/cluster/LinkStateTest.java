package io.pepper.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How measured links change a cluster, and which measurements are refused. */
class LinkStateTest {
    private static final Link DECLARED = new Link(5e6, 0.002, 0.001, 2e-7, 0.5);

    private static final Cluster THREE = Cluster.builder()
            .device(Device.of("camera"))
            .device(Device.of("gateway"))
            .device(Device.of("cloud"))
            .link("camera", "gateway", DECLARED)
            .unreachable("cloud", "camera")
            .defaultLink(Link.of(1e6, 0.02))
            .build();

    private static LinkState measured(String from, String to) {
        return LinkState.of(from, to).withBytesPerSecond(3e6).withLatencySeconds(0.014);
    }

    @Test
    void aMeasuredLinkKeepsItsOverheadEnergyAndCompression() {
        Cluster now = THREE.withLinkStates(List.of(measured("camera", "gateway")));
        assertThat(now.link(0, 1)).hasValue(new Link(3e6, 0.014, 0.001, 2e-7, 0.5));
        assertThat(now.link(1, 0)).as("the other direction").hasValue(DECLARED);
        assertThat(THREE.link(0, 1)).as("the original").hasValue(DECLARED);
        assertThat(now.devices()).isEqualTo(THREE.devices());
    }

    @Test
    void aMeasurementReplacesTheDefaultLinkOfItsPairAlone() {
        Cluster now = THREE.withLinkStates(List.of(measured("gateway", "cloud")));
        assertThat(now.link(1, 2)).hasValue(Link.of(3e6, 0.014));
        assertThat(now.link(2, 1)).hasValue(Link.of(1e6, 0.02));
        assertThat(now.link(0, 2)).hasValue(Link.of(1e6, 0.02));
    }

    @Test
    void unknownValuesStayAndSeveralStatesOfALinkAddUp() {
        Cluster slower =
                THREE.withLinkStates(List.of(LinkState.of("camera", "gateway").withBytesPerSecond(1e6)));
        assertThat(slower.link(0, 1).orElseThrow().latencySeconds()).isEqualTo(0.002);
        Cluster both = THREE.withLinkStates(List.of(
                LinkState.of("camera", "gateway").withBytesPerSecond(1e6),
                LinkState.of("camera", "gateway").withLatencySeconds(0.5)));
        assertThat(both.link(0, 1)).hasValue(new Link(1e6, 0.5, 0.001, 2e-7, 0.5));
        assertThat(THREE.withLinkStates(List.of(LinkState.of("camera", "gateway"))))
                .isEqualTo(THREE);
        assertThat(THREE.withLinkStates(List.of())).isEqualTo(THREE);
    }

    @Test
    void aMeasurementConnectsNoPairThatTheClusterKeepsApart() {
        assertThat(THREE.withLinkStates(List.of(measured("cloud", "camera"))).link(2, 0))
                .isEmpty();
        Cluster apart =
                Cluster.builder().device(Device.of("a")).device(Device.of("b")).build();
        assertThat(apart.withLinkStates(List.of(measured("a", "b")))).isEqualTo(apart);
    }

    @Test
    void anEarlierStateFillsTheUnknownValues() {
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        LinkState before = measured("a", "b").withReadAt(noon);
        LinkState now = LinkState.of("a", "b").withLatencySeconds(1).withReadAt(noon.plusSeconds(9));
        assertThat(now.orElse(before))
                .isEqualTo(measured("a", "b").withLatencySeconds(1).withReadAt(noon.plusSeconds(9)));
        assertThat(LinkState.of("a", "b").isKnown()).isFalse();
        assertThat(now.isKnown()).isTrue();
    }

    @Test
    void impossibleMeasurementsAreRefusedByTheirLink() {
        LinkState link = LinkState.of("a", "b");
        for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> link.withBytesPerSecond(rate))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the link from 'a' to 'b': its bandwidth cannot be " + rate);
        }
        for (double seconds : new double[] {-1e-9, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> link.withLatencySeconds(seconds))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the link from 'a' to 'b': its latency cannot be " + seconds);
        }
        assertThatThrownBy(() -> LinkState.of("a", "a")).hasMessage("device 'a' is linked to itself");
        assertThatThrownBy(() -> THREE.withLinkStates(List.of(measured("camera", "moon"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no device 'moon'");
    }
}
