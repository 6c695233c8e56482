package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.internal.net.HostPort;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Subscribe;
import org.apache.pekko.remote.artery.tcp.SSLEngineProviderSetup;
import org.apache.pekko.serialization.SerializationSetup;
import org.apache.pekko.serialization.SerializerDetails;

/**
 * A member of a cluster: one actor that exchanges messages, and the membership. A member that was removed terminates,
 * and only a new one can join again. Thread-safe.
 */
@SuppressWarnings("serial") // Pekko's functional interfaces are serializable; these never are serialised.
public final class ClusterSystem implements AutoCloseable {
    private static final String NAME = "pepper";
    private static final String ACTOR = "control";
    private static final String PROTOCOL = "pekko://" + NAME + "@";

    private final SystemSettings settings;
    private final ActorSystem<Object> system;
    private final ActorRefResolver resolver;
    private final Cluster cluster;

    /** A receiver of messages and changes. Its methods are called on threads of Pekko, and must return soon. */
    public interface Listener {
        /**
         * Receives a message.
         *
         * @param message the content
         * @param reply sends an answer
         */
        void received(Envelope message, Consumer<Envelope> reply);

        /** Reports that a member joined, left, or changed its reachability. */
        void changed();
    }

    /**
     * A member of the cluster.
     *
     * @param address the address, {@code HOST:PORT}
     * @param uid the number of its actor system
     * @param roles its roles
     * @param up whether it has joined, and neither leaves nor is removed
     * @param reachable whether it answers heartbeats
     * @param age the order of joining; older members have smaller numbers
     */
    public record Peer(String address, long uid, Set<String> roles, boolean up, boolean reachable, int age) {
        /** Returns the name of the device. */
        Optional<String> device() {
            return SystemSettings.device(roles);
        }

        /** Returns whether the member holds parts. */
        boolean isNode() {
            return roles.contains(SystemSettings.NODE);
        }
    }

    private ClusterSystem(SystemSettings settings, ActorSystem<Object> system) {
        this.settings = settings;
        this.system = system;
        this.resolver = ActorRefResolver.get(system);
        this.cluster = Cluster.get(Adapter.toClassic(system));
    }

    /**
     * Starts a member, which has joined no cluster yet.
     *
     * @param settings the settings
     * @param listener the receiver of messages
     * @return the member, for the caller to close
     * @throws IOException if it cannot listen
     */
    public static ClusterSystem start(SystemSettings settings, Listener listener) throws IOException {
        SystemSettings bound = settings.withPort(checkedPort(settings));
        ActorSystemSetup setup = ActorSystemSetup.create(
                BootstrapSetup.create(SystemConfig.of(bound)).withClassloader(ActorSystem.class.getClassLoader()),
                SerializationSetup.create(extended -> List.of(
                        SerializerDetails.create("pepper", new WireSerializer(), List.<Class<?>>of(Wire.class)))));
        if (bound.identity().isPresent()) {
            TlsEngines engines = new TlsEngines(bound.identity().get());
            setup = setup.withSetup(SSLEngineProviderSetup.create(extended -> engines));
        }
        ActorSystemSetup complete = setup;
        FutureTask<ActorSystem<Object>> creation =
                new FutureTask<>(() -> ActorSystem.create(guardian(listener), NAME, complete));
        Thread creator = new Thread(creation, "pepper-actor-system");
        creator.setDaemon(true);
        creator.start();
        return new ClusterSystem(bound, created(creation, bound));
    }

    /** Waits for an actor system. It has a thread of its own, since Pekko prints a stack trace when it is interrupted. */
    private static ActorSystem<Object> created(FutureTask<ActorSystem<Object>> creation, SystemSettings bound)
            throws IOException {
        boolean stopped = false;
        while (true) {
            try {
                ActorSystem<Object> system = creation.get();
                if (stopped) {
                    system.terminate();
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("the joining of the cluster was interrupted");
                }
                return system;
            } catch (InterruptedException interrupted) {
                stopped = true;
            } catch (ExecutionException failed) {
                throw new IOException(
                        new HostPort(bound.bindHost(), bound.port()) + ": cannot listen there: "
                                + (failed.getCause() == null ? failed : failed.getCause()).getMessage(),
                        failed);
            }
        }
    }

    /** Returns a free port, or throws the reason why the port is not free. */
    private static int checkedPort(SystemSettings settings) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(settings.bindHost()), settings.port());
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
            return probe.getLocalPort();
        } catch (BindException refused) {
            throw new IOException(
                    new HostPort(settings.bindHost(), settings.port()) + ": cannot listen there: "
                            + refused.getMessage() + "; choose another port or address with --listen",
                    refused);
        }
    }

    private static Behavior<Object> guardian(Listener listener) {
        return Behaviors.setup(context -> {
            context.spawn(control(listener), ACTOR);
            return Behaviors.empty();
        });
    }

    private static Behavior<Object> control(Listener listener) {
        return Behaviors.setup(context -> {
            ActorRefResolver resolver = ActorRefResolver.get(context.getSystem());
            ActorRef<ClusterEvent.ClusterDomainEvent> events = context.getSelf().narrow();
            org.apache.pekko.cluster.typed.Cluster.get(context.getSystem())
                    .subscriptions()
                    .tell(Subscribe.create(events, ClusterEvent.ClusterDomainEvent.class));
            return Behaviors.receive(Object.class)
                    .onMessage(Wire.class, message -> {
                        listener.received(message.envelope(), reply(resolver, message.envelope()));
                        return Behaviors.same();
                    })
                    .onMessage(ClusterEvent.MemberEvent.class, event -> changed(listener))
                    .onMessage(ClusterEvent.ReachabilityEvent.class, event -> changed(listener))
                    .onAnyMessage(other -> Behaviors.same())
                    .build();
        });
    }

    private static Behavior<Object> changed(Listener listener) {
        listener.changed();
        return Behaviors.same();
    }

    /** Answers go to actors of this library's clusters only. */
    private static Consumer<Envelope> reply(ActorRefResolver resolver, Envelope message) {
        if (!message.getReplyTo().startsWith(PROTOCOL)) {
            return answer -> {};
        }
        ActorRef<Object> asker = resolver.resolveActorRef(message.getReplyTo());
        return answer -> asker.tell(new Wire(answer));
    }

    /**
     * Asks the actor of a member, or of a process that is about to become one.
     *
     * @param address the address, {@code HOST:PORT}
     * @param message the question
     * @param patience the longest time to wait
     * @return the answer; fails with a {@link TimeoutException}
     */
    public CompletableFuture<Envelope> ask(String address, Envelope message, Duration patience) {
        ActorRef<Object> actor = resolver.resolveActorRef(PROTOCOL + address + "/user/" + ACTOR);
        return AskPattern.<Object, Object>ask(
                        actor,
                        asker -> new Wire(stamped(message)
                                .setReplyTo(resolver.toSerializationFormat(asker))
                                .build()),
                        patience,
                        system.scheduler())
                .thenApply(answer -> ((Wire) answer).envelope())
                .toCompletableFuture();
    }

    /** Sends a message to the actor of a member, without waiting for an answer. */
    void tell(String address, Envelope message) {
        ActorRef<Object> actor = resolver.resolveActorRef(PROTOCOL + address + "/user/" + ACTOR);
        actor.tell(new Wire(stamped(message).build()));
    }

    /** Returns a message with this version, unless it has another. */
    private static Envelope.Builder stamped(Envelope message) {
        return message.toBuilder().setWire(message.getWire() == 0 ? Wire.VERSION : message.getWire());
    }

    /**
     * Joins a cluster.
     *
     * @param seeds addresses of members; this member's own address first forms a new cluster
     */
    public void join(List<String> seeds) {
        List<Address> addresses = new ArrayList<>();
        for (String seed : seeds) {
            int colon = seed.lastIndexOf(':');
            addresses.add(new Address(
                    cluster.selfAddress().protocol(),
                    NAME,
                    seed.substring(0, colon),
                    Integer.parseInt(seed.substring(colon + 1))));
        }
        cluster.joinSeedNodes(addresses);
    }

    /**
     * Returns the members, this one included.
     *
     * @return the members, oldest first
     */
    public List<Peer> peers() {
        ClusterEvent.CurrentClusterState state = cluster.readView().state();
        Set<Member> unreachable = state.getUnreachable();
        List<Peer> peers = new ArrayList<>();
        for (Member member : state.getMembers()) {
            MemberStatus status = member.status();
            boolean up = status == MemberStatus.up() || status == MemberStatus.weaklyUp();
            if (up || status == MemberStatus.joining()) {
                peers.add(new Peer(
                        member.address().hostPort().substring(NAME.length() + 1),
                        member.uniqueAddress().longUid(),
                        new TreeSet<>(member.getRoles()),
                        up,
                        !unreachable.contains(member),
                        member.upNumber()));
            }
        }
        peers.sort((one, other) -> Integer.compare(one.age(), other.age()));
        return peers;
    }

    /** Returns whether this member has joined. */
    boolean isUp() {
        MemberStatus status = cluster.selfMember().status();
        return status == MemberStatus.up() || status == MemberStatus.weaklyUp();
    }

    /**
     * Returns the address by which other members reach this one.
     *
     * @return {@code HOST:PORT}
     */
    public String address() {
        return new HostPort(settings.host(), settings.port()).toString();
    }

    /** Returns the settings with the bound port. */
    SystemSettings settings() {
        return settings;
    }

    /** Returns the number of this actor system. */
    long uid() {
        return cluster.selfUniqueAddress().longUid();
    }

    /** Returns Pekko's membership. */
    Cluster cluster() {
        return cluster;
    }

    /** Returns a future that completes when this member has ended, by itself or because it was removed. */
    CompletableFuture<?> terminated() {
        return system.getWhenTerminated().toCompletableFuture();
    }

    /** Leaves the cluster and ends. Waits for a limited time, also on a thread that is interrupted already. */
    @Override
    public void close() {
        system.terminate();
        boolean stopping = Thread.interrupted();
        awaitEnd();
        if (stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd() {
        try {
            terminated().get(20, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException late) {
            system.log().warn("the member {} has not ended in time", address(), late);
        }
    }
}
