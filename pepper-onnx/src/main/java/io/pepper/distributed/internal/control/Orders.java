package io.pepper.distributed.internal.control;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.distributed.internal.proto.Done;
import io.pepper.distributed.internal.proto.MissingFile;
import io.pepper.distributed.internal.proto.Order;
import io.pepper.distributed.internal.proto.Prepare;
import io.pepper.distributed.internal.proto.Signed;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The orders that change what a node serves. Thread-safe. */
final class Orders {
    /** The time after which another version may replace one whose deployer has gone silent. */
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final OrderCheck check;
    private final PartStore store;
    private final HeldParts held;
    private final InstantSource clock;
    private final Map<String, Preparation> preparations = new HashMap<>();

    /** The version of a deployment that is being deployed. */
    private record Preparation(String version, StoredFiles files, Instant touched) {}

    Orders(OrderCheck check, PartStore store, HeldParts held, InstantSource clock) {
        this.check = check;
        this.store = store;
        this.held = held;
        this.clock = clock;
    }

    /**
     * Follows an order.
     *
     * @throws IOException if the order is refused or fails
     */
    synchronized Done follow(Signed signed) throws IOException {
        Order order = checked(signed);
        String deployment = order.getDeployment();
        boolean all = order.hasUndeploy() && order.getVersion().isEmpty();
        if (!PartStore.isName(deployment) || (!all && !PartStore.isName(order.getVersion()))) {
            throw new IOException(
                    "'" + deployment + "', version '" + order.getVersion() + "', is no name of a deployment");
        }
        return switch (order.getActionCase()) {
            case PREPARE -> prepare(order, order.getPrepare());
            case OPEN -> open(order);
            case ACTIVATE -> {
                held.activate(deployment, order.getVersion());
                preparations.remove(deployment);
                yield Done.getDefaultInstance();
            }
            case ABANDON -> abandon(order);
            case UNDEPLOY -> {
                held.retire(deployment, order.getVersion());
                yield Done.getDefaultInstance();
            }
            case ACTION_NOT_SET -> throw new IOException("an order without an action");
        };
    }

    private Order checked(Signed signed) throws IOException {
        Order order;
        try {
            order = Order.parseFrom(signed.getBody());
        } catch (InvalidProtocolBufferException malformed) {
            throw new IOException("a malformed order: " + malformed.getMessage(), malformed);
        }
        check.requireAllowed(signed);
        check.redeem(order.getNode(), order.getChallenge());
        return order;
    }

    private Done prepare(Order order, Prepare prepare) throws IOException {
        String deployment = order.getDeployment();
        Preparation other = preparations.get(deployment);
        boolean another = other != null && !other.version().equals(order.getVersion());
        if (other != null && another && other.touched().plus(SILENCE).isAfter(clock.instant())) {
            throw new IOException(
                    "version " + other.version() + " of " + deployment + " is being deployed since " + other.touched());
        }
        StoredFiles files = new StoredFiles(
                prepare.getPartsList(),
                prepare.getPlannedList(),
                prepare.getFilesList().stream()
                        .map(file -> new StoredFiles.Entry(file.getPath(), file.getSha256(), file.getBytes()))
                        .toList());
        Map<String, Long> missing = store.prepare(files);
        if (other != null && another) {
            held.abandon(deployment, other.version());
        }
        preparations.put(deployment, new Preparation(order.getVersion(), files, clock.instant()));
        Done.Builder done = Done.newBuilder();
        missing.forEach((sha256, stored) ->
                done.addMissing(MissingFile.newBuilder().setSha256(sha256).setStoredBytes(stored)));
        return done.build();
    }

    private Done open(Order order) throws IOException {
        Preparation prepared = preparations.get(order.getDeployment());
        if (prepared == null || !prepared.version().equals(order.getVersion())) {
            throw new IOException(
                    "version " + order.getVersion() + " of " + order.getDeployment() + " was not prepared");
        }
        List<String> notes = held.add(order.getDeployment(), order.getVersion(), prepared.files());
        preparations.put(order.getDeployment(), new Preparation(order.getVersion(), prepared.files(), clock.instant()));
        return Done.newBuilder().addAllNotes(notes).build();
    }

    private Done abandon(Order order) throws IOException {
        Preparation prepared = preparations.get(order.getDeployment());
        if (prepared != null && prepared.version().equals(order.getVersion())) {
            preparations.remove(order.getDeployment());
            store.forget(prepared.files());
        }
        held.abandon(order.getDeployment(), order.getVersion());
        return Done.getDefaultInstance();
    }
}
