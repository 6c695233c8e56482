package io.pepper.predict;

import io.pepper.cluster.Platform;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kinds of devices in a data set: those of one kind, instruction set and execution provider. */
final class DeviceKinds {
    /** Devices on which pieces take comparable times; a device of unknown kind stands alone. */
    private record Kind(String name, Optional<String> instructionSet, Optional<String> provider) {
        static Kind of(String device, Platform platform) {
            return new Kind(platform.kind().orElse(device), platform.instructionSet(), platform.provider());
        }

        String longName() {
            return Stream.of(Optional.of(name), instructionSet, provider)
                    .flatMap(Optional::stream)
                    .collect(Collectors.joining(" "));
        }
    }

    private DeviceKinds() {}

    /** Returns the records of each kind, in the order of the records. */
    static Map<String, List<LatencyRecord>> of(List<LatencyRecord> records) {
        Map<String, Platform> stated = new HashMap<>();
        for (LatencyRecord entry : records) {
            stated.merge(entry.device().device(), entry.device().platform(), Platform::orElse);
        }
        Map<Kind, List<LatencyRecord>> kinds = new LinkedHashMap<>();
        for (LatencyRecord entry : records) {
            String device = entry.device().device();
            Platform platform = entry.device().platform().orElse(stated.getOrDefault(device, Platform.UNKNOWN));
            kinds.computeIfAbsent(Kind.of(device, platform), none -> new ArrayList<>())
                    .add(entry);
        }
        Map<String, Long> sameName =
                kinds.keySet().stream().collect(Collectors.groupingBy(Kind::name, Collectors.counting()));
        Map<String, List<LatencyRecord>> named = new LinkedHashMap<>();
        kinds.forEach((kind, own) -> {
            String name = sameName.getOrDefault(kind.name, 1L) > 1 ? kind.longName() : kind.name;
            named.computeIfAbsent(name, none -> new ArrayList<>()).addAll(own);
        });
        return named;
    }
}
