package io.pepper.distributed.internal.flow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The state of a caller's session on a node. Guarded by the lock of its host. */
final class HostSession {
    private final String id;
    private final String deployment;
    private final String version;
    private final NavigableMap<Integer, StageRoute> routes = new TreeMap<>();
    private final Map<Long, HostRequest> requests = new HashMap<>();
    private FrameConnection caller;
    private long oldest;

    HostSession(String id, String deployment, String version, FrameConnection caller) {
        this.id = id;
        this.deployment = deployment;
        this.version = version;
        this.caller = caller;
    }

    String id() {
        return id;
    }

    String deployment() {
        return deployment;
    }

    String version() {
        return version;
    }

    FrameConnection caller() {
        return caller;
    }

    /** Adds a route, and returns the requests of routes that it ends. */
    List<HostRequest> route(int epoch, StageRoute route, int oldestEpoch, FrameConnection from) {
        caller = from;
        routes.put(epoch, route);
        routes.headMap(oldestEpoch, false).clear();
        return remove(requests.values().stream()
                .filter(request -> request.epoch() < oldestEpoch)
                .toList());
    }

    private List<HostRequest> remove(Collection<HostRequest> ended) {
        List<HostRequest> list = new ArrayList<>(ended);
        list.forEach(request -> requests.remove(request.number()));
        return list;
    }

    @Nullable
    StageRoute route(int epoch) {
        return routes.get(epoch);
    }

    int newestEpoch() {
        return routes.isEmpty() ? 0 : routes.lastKey();
    }

    /** Returns the devices of all routes. */
    List<String> devices() {
        return routes.values().stream()
                .flatMap(route -> route.devices().stream())
                .distinct()
                .toList();
    }

    /** Returns whether frames of a request are of use: it is neither answered nor of an old attempt. */
    boolean isWanted(int epoch, long number) {
        HostRequest known = requests.get(number);
        return number >= oldest && routes.containsKey(epoch) && (known == null || known.epoch() <= epoch);
    }

    @Nullable
    HostRequest request(long number) {
        return requests.get(number);
    }

    /** Adds a request, and returns its former attempt. */
    @Nullable
    HostRequest add(HostRequest request) {
        return requests.put(request.number(), request);
    }

    /** Returns whether the request was still known. */
    boolean remove(HostRequest request) {
        return requests.remove(request.number(), request);
    }

    /** Takes the number of the oldest unanswered request, and returns the requests before it. */
    List<HostRequest> answeredBefore(long number) {
        oldest = Math.max(oldest, number);
        return remove(requests.values().stream()
                .filter(request -> request.number() < oldest)
                .toList());
    }

    List<HostRequest> late() {
        return remove(requests.values().stream().filter(HostRequest::isLate).toList());
    }

    List<HostRequest> all() {
        return remove(requests.values());
    }

    int size() {
        return requests.size();
    }
}
