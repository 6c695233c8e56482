package io.pepper.session;

import io.pepper.cluster.Link;
import io.pepper.onnx.internal.session.Wiring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The destinations of each part's outputs. Immutable. */
final class Routes {
    private static final int ANYWHERE = -1;

    private final List<List<Route>> byMaker = new ArrayList<>();
    private final Map<List<Integer>, Line> lines = new LinkedHashMap<>();

    /**
     * One message; none if the tensors stay on the device.
     *
     * @param hop the connection that carries the message; empty if it stays on the device
     * @param followers the parts that read it; empty for the model's outputs
     */
    record Route(Optional<Hop> hop, List<Integer> followers) {}

    /**
     * The connection that carries a message.
     *
     * @param name the names of the two devices
     * @param link the link between them
     * @param line the link as it is occupied, shared by all messages between the two
     * @param tensors the tensors of the message
     */
    record Hop(String name, Link link, Line line, Set<Integer> tensors) {}

    Routes(Wiring wiring, Optional<ClusterEmulation> emulation) {
        for (int maker = Wiring.GIVEN; maker < wiring.parts().size(); maker++) {
            byMaker.add(emulation.isPresent() ? remote(wiring, emulation.get(), maker) : local(wiring, maker));
        }
    }

    /** Returns the destinations of the outputs of a part, or of {@link Wiring#GIVEN}. */
    List<Route> from(int maker) {
        return byMaker.get(maker + 1);
    }

    private static List<Route> local(Wiring wiring, int maker) {
        return List.of(new Route(
                Optional.empty(), Arrays.stream(wiring.followers(maker)).boxed().toList()));
    }

    private List<Route> remote(Wiring wiring, ClusterEmulation emulation, int maker) {
        int here = maker == Wiring.GIVEN ? emulation.source().orElse(ANYWHERE) : emulation.device(maker);
        Map<Integer, List<Integer>> byDevice = new LinkedHashMap<>();
        for (int follower : wiring.followers(maker)) {
            int there = here == ANYWHERE ? ANYWHERE : emulation.device(follower);
            byDevice.computeIfAbsent(there, none -> new ArrayList<>()).add(follower);
        }
        List<Route> routes = new ArrayList<>();
        byDevice.forEach((there, followers) -> {
            Set<Integer> tensors = new LinkedHashSet<>();
            for (int follower : followers) {
                Arrays.stream(wiring.inputs(follower))
                        .filter(tensor -> wiring.maker(tensor) == maker)
                        .forEach(tensors::add);
            }
            routes.add(new Route(hop(emulation, here, there, tensors), followers));
        });
        result(wiring, emulation, maker, here).ifPresent(routes::add);
        return routes;
    }

    private Optional<Route> result(Wiring wiring, ClusterEmulation emulation, int maker, int here) {
        OptionalInt sink = emulation.sink();
        Set<Integer> tensors = new LinkedHashSet<>();
        Arrays.stream(wiring.results())
                .filter(tensor -> wiring.maker(tensor) == maker)
                .forEach(tensors::add);
        if (sink.isEmpty() || here == ANYWHERE || tensors.isEmpty()) {
            return Optional.empty();
        }
        return hop(emulation, here, sink.getAsInt(), tensors).map(hop -> new Route(Optional.of(hop), List.of()));
    }

    private Optional<Hop> hop(ClusterEmulation emulation, int from, int to, Set<Integer> tensors) {
        if (from == to) {
            return Optional.empty();
        }
        Line line = lines.computeIfAbsent(List.of(from, to), none -> new Line());
        return Optional.of(
                new Hop(emulation.name(from) + " to " + emulation.name(to), emulation.link(from, to), line, tensors));
    }
}
