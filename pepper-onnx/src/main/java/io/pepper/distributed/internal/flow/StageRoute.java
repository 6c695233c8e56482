package io.pepper.distributed.internal.flow;

import io.pepper.onnx.internal.session.Wiring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The device of each part, and what follows: which tensors go to which device. Immutable. */
final class StageRoute {
    private final FlowModel model;
    private final List<String> devices;
    private final List<Map<String, List<Integer>>> targets = new ArrayList<>();
    private final List<List<Integer>> results = new ArrayList<>();
    private final Map<String, List<Integer>> partsOn = new HashMap<>();

    /** The parts that read each tensor, by device. */
    private final Map<String, List<List<Integer>>> readers = new HashMap<>();

    /**
     * Creates a route.
     *
     * @param model the parts
     * @param devices the device of each part
     * @throws IllegalArgumentException if there are more or fewer devices than parts
     */
    StageRoute(FlowModel model, List<String> devices) {
        if (devices.size() != model.parts()) {
            throw new IllegalArgumentException(devices.size() + " devices for " + model.parts() + " parts");
        }
        this.model = model;
        this.devices = List.copyOf(devices);
        Wiring wiring = model.wiring();
        for (int maker = Wiring.GIVEN; maker < model.parts(); maker++) {
            targets.add(targets(wiring, maker));
            int made = maker;
            results.add(Arrays.stream(wiring.results())
                    .filter(tensor -> wiring.maker(tensor) == made)
                    .boxed()
                    .toList());
        }
        for (String device : nodes()) {
            List<Integer> parts = IntStream.range(0, devices.size())
                    .filter(part -> devices.get(part).equals(device))
                    .boxed()
                    .toList();
            partsOn.put(device, parts);
            readers.put(device, readers(wiring, parts));
        }
    }

    private static List<List<Integer>> readers(Wiring wiring, List<Integer> parts) {
        List<List<Integer>> readers = new ArrayList<>();
        for (int tensor = 0; tensor < wiring.tensors(); tensor++) {
            int read = tensor;
            readers.add(parts.stream()
                    .filter(part -> Arrays.stream(wiring.inputs(part)).anyMatch(input -> input == read))
                    .toList());
        }
        return readers;
    }

    /** Returns the tensors of a part that each other device reads, each once. */
    private Map<String, List<Integer>> targets(Wiring wiring, int maker) {
        Map<String, Set<Integer>> byDevice = new LinkedHashMap<>();
        for (int part = 0; part < devices.size(); part++) {
            if (maker != Wiring.GIVEN && devices.get(part).equals(devices.get(maker))) {
                continue;
            }
            int[] inputs = wiring.inputs(part);
            if (maker == Wiring.GIVEN && inputs.length == 0) {
                byDevice.computeIfAbsent(devices.get(part), none -> new LinkedHashSet<>());
            }
            for (int tensor : inputs) {
                if (wiring.maker(tensor) == maker) {
                    byDevice.computeIfAbsent(devices.get(part), none -> new LinkedHashSet<>())
                            .add(tensor);
                }
            }
        }
        Map<String, List<Integer>> lists = new LinkedHashMap<>();
        byDevice.forEach((device, tensors) -> lists.put(device, List.copyOf(tensors)));
        return lists;
    }

    FlowModel model() {
        return model;
    }

    List<String> devices() {
        return devices;
    }

    /** Returns the devices, each once. */
    Set<String> nodes() {
        return new LinkedHashSet<>(devices);
    }

    /** Returns the parts on a device. */
    List<Integer> partsOn(String device) {
        return partsOn.getOrDefault(device, List.of());
    }

    /**
     * Returns the messages after a part, or at the start of a request for {@link Wiring#GIVEN}: by device, the tensors
     * that it reads. A device whose parts read nothing gets an empty message at the start.
     */
    Map<String, List<Integer>> targets(int maker) {
        return targets.get(maker + 1);
    }

    /** Returns the outputs of the model that a part makes; for {@link Wiring#GIVEN}, the inputs that are outputs. */
    List<Integer> results(int maker) {
        return results.get(maker + 1);
    }

    /** Returns the parts on a device that read a tensor. */
    List<Integer> readers(String device, int tensor) {
        List<List<Integer>> here = readers.get(device);
        return here == null ? List.of() : here.get(tensor);
    }
}
