package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.SystemFiles;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The metrics of EdgeCloud Mon's characterization agent, with its labels, and the power of each sensor. */
final class CharacteristicsPart implements NodePart {
    private static final String[] NONE = {};

    private final SystemFiles files;
    private final NodeFacts facts;
    private final Map<String, String> location;
    private final PowerMeter power;
    private final String[] node;

    /**
     * Creates the part.
     *
     * @param location the known ones of city, country, continent, latitude and longitude
     */
    CharacteristicsPart(
            SystemFiles files, NodeFacts facts, NodeIdentity identity, Map<String, String> location, PowerMeter power) {
        this.files = files;
        this.facts = facts;
        this.location = Map.copyOf(location);
        this.power = power;
        this.node = new String[] {
            "char_node_name", identity.name(),
            "char_node_class", facts.nodeClass(),
            "char_node_uuid", identity.uuid()
        };
    }

    private String[] labels(String... more) {
        return Stream.of(node, more).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private String[] ofProcessor() {
        return labels(
                "char_node_brand", facts.brand(),
                "char_node_arch", facts.arch(),
                "char_node_bits", String.valueOf(facts.bits()));
    }

    @Override
    public void read(Families families) {
        families.gauge(
                "char_node_device_model",
                "1 if the kind of device is known, else 0.",
                facts.model().isPresent() ? 1 : 0,
                labels("char_node_device_model_name", facts.model().orElse("")));
        families.gauge("char_node_ram_total_bytes", "Total memory, in bytes.", facts.ramBytes(), labels(NONE));
        families.gauge(
                "char_node_disk_total_size",
                "Size of the root's file system, in bytes.",
                FileSystemPart.rootBytes(files),
                labels(NONE));
        families.gauge("char_node_cpu_total_cores", "Number of processors.", facts.cores(), ofProcessor());
        families.gauge(
                "char_node_os",
                "1 if the operating system is known, else 0.",
                facts.system().isPresent() ? 1 : 0,
                labels(
                        "char_node_os_name", facts.system().orElse(""),
                        "char_node_os_version", facts.systemVersion()));
        place(families);
        graphics(families);
        battery(families);
        power(families);
    }

    private void place(Families families) {
        String[] labels = Stream.of("city", "country", "continent", "latitude", "longitude")
                .flatMap(key -> Stream.of("char_node_" + key, location.getOrDefault(key, "")))
                .toArray(String[]::new);
        families.gauge(
                "char_node_location",
                "1 if the location is configured, else 0.",
                location.isEmpty() ? 0 : 1,
                labels(labels));
    }

    /** Graphics processors of one model are one series, with the number of the first. */
    private void graphics(Families families) {
        Map<String, List<NodeFacts.Gpu>> byModel = new LinkedHashMap<>();
        for (NodeFacts.Gpu gpu : facts.gpus()) {
            byModel.merge(gpu.type() + " " + gpu.model(), List.of(gpu), (all, more) -> Stream.of(all, more)
                    .flatMap(List::stream)
                    .toList());
        }
        byModel.forEach((model, gpus) -> families.gauge(
                "char_node_gpu",
                "Number of graphics processors of a model.",
                gpus.size(),
                labels(
                        "char_node_gpu_model", gpus.get(0).model(),
                        "char_node_gpu_type", gpus.get(0).type(),
                        "char_node_gpu_id", gpus.get(0).id())));
    }

    private void battery(Families families) {
        PowerSupplies supplies = PowerSupplies.of(files);
        OptionalDouble percent = supplies.percent();
        families.gauge(
                "char_node_battery",
                "Charge of the battery, in percent.",
                percent,
                labels("char_node_plugged_battery", String.valueOf(supplies.isPlugged())));
    }

    private void power(Families families) {
        List<PowerRail> rails = power.read();
        for (PowerRail rail : rails) {
            families.gauge(
                    "pepper_power_watts",
                    "Power that a sensor of the node measures, in watts.",
                    rail.watts(),
                    "source",
                    rail.source(),
                    "rail",
                    rail.rail());
        }
        families.gauge(
                "char_node_cpu_energy_watt",
                "Power of the processors or of the device, in watts; absent if no sensor measures it.",
                PowerMeter.ofDevice(rails),
                ofProcessor());
    }
}
