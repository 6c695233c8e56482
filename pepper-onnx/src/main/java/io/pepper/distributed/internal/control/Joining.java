package io.pepper.distributed.internal.control;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.Hello;
import io.pepper.distributed.internal.proto.NodeState;
import io.pepper.internal.text.Quantities;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The joining of a cluster: asks the seeds whether they accept this member, and joins by those that do. Not thread-safe.
 */
final class Joining {
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final long PAUSE_MILLIS = 300;
    /** Rounds after which the first of the seeds forms the cluster, if no other answers. */
    private static final int ROUNDS_ALONE = 3;

    private final ClusterSystem system;
    private final Proofs proofs;
    private final Hello hello;
    private final boolean mayForm;
    private final Map<String, String> reasons = new TreeMap<>();

    /**
     * Prepares.
     *
     * @param mayForm whether a node that is the first of the seeds may form the cluster
     */
    Joining(ClusterSystem system, Proofs proofs, Hello hello, boolean mayForm) {
        this.mayForm = mayForm && !hello.getClient();
        this.system = system;
        this.proofs = proofs;
        this.hello = hello.toBuilder()
                .setAddress(system.address())
                .setSplitBrain(system.settings().strategy())
                .build();
    }

    /** Forms a cluster of this member alone. */
    void form(Duration patience) throws IOException {
        system.join(List.of(system.address()));
        awaitUp(System.nanoTime() + patience.toNanos());
    }

    /**
     * Joins by seeds.
     *
     * @param seeds addresses or names with ports; a node whose own address is the first of them forms the cluster if no
     *     other seed answers
     * @param patience the longest time
     * @throws IOException if no seed answers in time, or one refuses this member; the message names seeds and reasons
     */
    void join(List<String> seeds, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        for (int round = 0; ; round++) {
            List<String> all = addresses(seeds);
            List<String> others = new ArrayList<>(all);
            others.remove(system.address());
            List<String> welcomes = ask(others);
            boolean first = mayForm && isFirst(seeds.get(0));
            if (welcomes.isEmpty() && first && (others.isEmpty() || round >= ROUNDS_ALONE)) {
                welcomes = List.of(system.address());
            }
            if (!welcomes.isEmpty()) {
                system.join(welcomes);
                awaitUp(end);
                return;
            }
            if (System.nanoTime() > end) {
                throw new IOException("no seed of the cluster accepts this member within "
                        + Quantities.seconds(patience.toMillis() / 1e3) + ": " + reasons());
            }
            pause();
        }
    }

    /** Returns whether this member is the first of all seeds. While the first one is unknown, no other may take its place. */
    private boolean isFirst(String seed) {
        return addresses(List.of(seed)).stream().limit(1).anyMatch(system.address()::equals);
    }

    private List<String> addresses(List<String> seeds) {
        try {
            return SeedAddresses.resolve(seeds);
        } catch (IOException unknown) {
            reasons.put(String.join(", ", seeds), String.valueOf(unknown.getMessage()));
            return List.of();
        }
    }

    private String reasons() {
        List<String> lines = new ArrayList<>();
        reasons.forEach((seed, reason) -> lines.add(seed + " (" + reason + ")"));
        return String.join("; ", lines);
    }

    /** Returns the seeds that accept this member. */
    private List<String> ask(List<String> seeds) throws IOException {
        Map<String, CompletableFuture<Envelope>> asked = new TreeMap<>();
        for (String seed : seeds) {
            Optional<SeedProbe.Finding> finding = SeedProbe.probe(seed, proofs.identity());
            if (finding.isPresent() && finding.get().lasting()) {
                throw new IOException(seed + ": " + finding.get().reason());
            }
            if (finding.isPresent()) {
                reasons.put(seed, finding.get().reason());
            } else {
                Envelope message =
                        Envelope.newBuilder().setHello(proofs.sign(hello)).build();
                asked.put(seed, system.ask(seed, message, ANSWER));
            }
        }
        List<String> welcomes = new ArrayList<>();
        for (Map.Entry<String, CompletableFuture<Envelope>> answer : asked.entrySet()) {
            if (isWelcome(answer.getKey(), answer.getValue())) {
                welcomes.add(answer.getKey());
            }
        }
        return welcomes;
    }

    private boolean isWelcome(String seed, CompletableFuture<Envelope> future) throws IOException {
        Envelope answer;
        try {
            answer = future.get();
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        } catch (ExecutionException silent) {
            reasons.put(seed, silence(seed));
            return false;
        }
        if (answer.getWire() != Wire.VERSION) {
            throw new IOException(
                    seed + ": uses version " + answer.getWire() + " of the cluster's messages, this member "
                            + Wire.VERSION + "; use the same release on all members");
        }
        if (answer.hasRefusal() && !answer.getRefusal().getTransient()) {
            throw new IOException(
                    seed + ": refuses this member: " + answer.getRefusal().getReason());
        }
        if (!answer.hasState()) {
            reasons.put(seed, answer.getRefusal().getReason());
            return false;
        }
        checkSeed(seed, answer);
        return true;
    }

    private String silence(String seed) {
        if (proofs.identity().isEmpty() && SeedProbe.usesTls(seed)) {
            return "uses TLS: this member needs a certificate, which --certs names";
        }
        return "accepts connections but gives no answer: it is no member of such a cluster, or its address there is"
                + " another";
    }

    private void checkSeed(String seed, Envelope answer) throws IOException {
        try {
            proofs.check(
                    answer.getState(),
                    NodeState.parseFrom(answer.getState().getBody()).getName());
        } catch (InvalidProtocolBufferException malformed) {
            throw new IOException(seed + ": its answer is malformed", malformed);
        } catch (IOException refused) {
            throw new IOException(seed + ": " + refused.getMessage(), refused);
        }
    }

    private void awaitUp(long end) throws IOException {
        while (!system.isUp()) {
            if (system.terminated().isDone()) {
                throw new IOException(
                        "the cluster refuses the settings of this member: all members need the same strategy"
                                + " against split brain");
            }
            if (System.nanoTime() > end) {
                throw new IOException(
                        "the cluster has not admitted this member in time: while a member is unreachable, this"
                                + " takes 7 s longer; try again with more time");
            }
            pause();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS / 3);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private static InterruptedIOException interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        InterruptedIOException end = new InterruptedIOException("the joining of the cluster was interrupted");
        end.initCause(stopped);
        return end;
    }
}
