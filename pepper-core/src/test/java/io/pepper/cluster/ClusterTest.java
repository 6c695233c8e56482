package io.pepper.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Devices by name and number, links by direction, and the states of devices. */
class ClusterTest {
    private static final Link FAST = Link.of(1e9, 0.001);
    private static final Link SLOW = Link.of(1e6, 0.010);

    private static Cluster.Builder three() {
        return Cluster.builder()
                .device(Device.of("camera").withMemoryBytes(1_000))
                .device(Device.of("gateway"))
                .device(Device.of("cloud"));
    }

    @Test
    void devicesKeepTheirOrderAndAreFoundByName() {
        Cluster cluster = three().build();
        assertThat(cluster.devices()).extracting(Device::name).containsExactly("camera", "gateway", "cloud");
        assertThat(cluster.indexOf("cloud")).hasValue(2);
        assertThat(cluster.indexOf("moon")).isEmpty();
        assertThat(cluster.requireIndex("gateway")).isOne();
        assertThatThrownBy(() -> cluster.requireIndex("moon"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no device 'moon'");
    }

    @Test
    void aDeviceOfTheSameNameReplacesTheFirstInItsPlace() {
        Cluster cluster = three().device(Device.of("camera").withMemoryBytes(5)).build();
        assertThat(cluster.devices()).extracting(Device::name).containsExactly("camera", "gateway", "cloud");
        assertThat(cluster.devices().get(0).memoryBytes()).hasValue(5);
    }

    @Test
    void aLinkCountsInBothDirectionsAndADirectedOneInOne() {
        Cluster cluster = three().link("camera", "gateway", FAST)
                .directedLink("gateway", "cloud", SLOW)
                .build();
        assertThat(cluster.link(0, 1)).hasValue(FAST);
        assertThat(cluster.link(1, 0)).hasValue(FAST);
        assertThat(cluster.link(1, 2)).hasValue(SLOW);
        assertThat(cluster.link(2, 1)).as("nothing links them").isEmpty();
        assertThat(cluster.link(2, 2)).as("a device reaches itself for free").hasValue(Link.FREE);
    }

    @Test
    void theDefaultLinkCountsForPairsThatAreNotNamed() {
        Cluster cluster = three().defaultLink(SLOW)
                .link("camera", "gateway", FAST)
                .unreachable("gateway", "cloud")
                .build();
        assertThat(cluster.link(0, 1)).hasValue(FAST);
        assertThat(cluster.link(0, 2)).hasValue(SLOW);
        assertThat(cluster.link(1, 2)).as("named as unreachable").isEmpty();
        assertThat(cluster.link(2, 1)).as("the way back is not").hasValue(SLOW);
    }

    @Test
    void sourceAndSinkAreOptional() {
        assertThat(three().build().source()).isEmpty();
        assertThat(three().build().sink()).isEmpty();
        Cluster ends = three().source("camera").sink("cloud").build();
        assertThat(ends.source()).hasValue(0);
        assertThat(ends.sink()).hasValue(2);
    }

    @Test
    void namesOfNoDeviceAndLinksToItselfAreRefused() {
        assertThatThrownBy(() -> Cluster.builder().build()).hasMessageContaining("a cluster needs a device");
        assertThatThrownBy(() -> three().source("moon").build()).hasMessageContaining("'moon'");
        assertThatThrownBy(() -> three().sink("moon").build()).hasMessageContaining("'moon'");
        assertThatThrownBy(() -> three().link("camera", "moon", FAST).build()).hasMessageContaining("'moon'");
        assertThatThrownBy(() -> three().unreachable("moon", "camera").build()).hasMessageContaining("'moon'");
        assertThatThrownBy(() -> three().directedLink("camera", "camera", FAST).build())
                .hasMessageContaining("device 'camera' is linked to itself");
    }

    @Test
    void aStateLimitsMemoryToWhatIsFree() {
        Cluster cluster = three().build();
        assertThat(memory(cluster, DeviceState.of("camera").withMemoryFreeBytes(400)))
                .isEqualTo(400);
        assertThat(memory(cluster, DeviceState.of("camera").withMemoryFreeBytes(9_000)))
                .as("never more than was declared")
                .isEqualTo(1_000);
        assertThat(memory(cluster, DeviceState.of("camera").withMemoryTotalBytes(700)))
                .as("the total, where free memory is not known")
                .isEqualTo(700);
        DeviceState both = DeviceState.of("camera").withMemoryTotalBytes(700).withMemoryFreeBytes(300);
        assertThat(memory(cluster, both)).isEqualTo(300);
        assertThat(memory(cluster, DeviceState.of("camera"))).isEqualTo(1_000);
    }

    private static long memory(Cluster cluster, DeviceState state) {
        Cluster now = cluster.withState(state);
        assertThat(now.devices()).hasSameSizeAs(cluster.devices());
        return now.devices()
                .get(cluster.requireIndex(state.device()))
                .memoryBytes()
                .orElseThrow();
    }

    @Test
    void aStateTellsCoresRoundedUp() {
        Cluster now = three().build().withState(DeviceState.of("cloud").withCores(1.5));
        assertThat(now.devices().get(2).cores()).hasValue(2);
        assertThatThrownBy(() -> three().build().withState(DeviceState.of("moon")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'moon'");
    }

    @Test
    void clustersAreEqualIfEachPairIsLinkedEqually() {
        Cluster byDefault = three().defaultLink(FAST).build();
        Cluster byName = three().link("camera", "gateway", FAST)
                .link("camera", "cloud", FAST)
                .link("gateway", "cloud", FAST)
                .build();
        assertThat(byDefault).isEqualTo(byName).hasSameHashCodeAs(byName);
        assertThat(byDefault).isNotEqualTo(three().defaultLink(SLOW).build());
        assertThat(byDefault)
                .isNotEqualTo(three().defaultLink(FAST).source("camera").build());
        assertThat(byDefault.toBuilder().build()).isEqualTo(byDefault);
        assertThat(byDefault.toBuilder().unreachable("camera", "cloud").build()).isNotEqualTo(byDefault);
    }

    @Test
    void theTextNamesTheDevices() {
        assertThat(three().build()).hasToString("Cluster[camera, gateway, cloud]");
    }
}
