package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.flow.DataAddress;
import io.pepper.distributed.internal.flow.PeerChannel;
import io.pepper.distributed.internal.flow.ServedPart;
import io.pepper.distributed.internal.flow.StageHost;
import io.pepper.distributed.internal.proto.Order;
import io.pepper.distributed.internal.proto.PartMeasure;
import io.pepper.distributed.internal.proto.Prepare;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.distributed.internal.proto.StoredFile;
import io.pepper.distributed.internal.proto.Undeploy;
import io.pepper.model.Isolation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrdersTest {
    @TempDir
    private Path directory;

    private PartStore store;
    private OrderCheck check;
    private Orders orders;
    private Instant now = Instant.EPOCH;

    /** A data plane that serves nothing. */
    private static final class NoHost implements StageHost {
        @Override
        public void serve(ServedPart part) {
            throw new AssertionError(part);
        }

        @Override
        public void stop(String deployment, String version, int part) {
            throw new AssertionError(deployment);
        }

        @Override
        public void serveChannels(String name, ChannelServer server) {
            throw new AssertionError(name);
        }

        @Override
        public PeerChannel openChannel(String device, String name) {
            throw new AssertionError(device);
        }

        @Override
        public List<PartMeasure> measures(String deployment, String version) {
            return List.of();
        }

        @Override
        public long heldBytes() {
            return 0;
        }

        @Override
        public DataAddress address() {
            return new DataAddress("127.0.0.1", 1);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @BeforeEach
    void open() throws IOException {
        store = PartStore.open(directory);
        orders = orders(Optional.empty());
    }

    private Orders orders(Optional<Identity> identity) {
        HeldParts held = new HeldParts("a", store, new PartsOpener(Isolation.DEFAULTS, 1, 1L << 20), new NoHost());
        check = new OrderCheck("a", new Proofs(identity), Set.of("admin"));
        return new Orders(check, store, held, () -> now);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private static Signed unsigned(Order.Builder order) {
        return Signed.newBuilder().setBody(order.build().toByteString()).build();
    }

    private static Order.Builder prepare(String version, ByteString challenge) {
        Prepare.Builder prepare = Prepare.newBuilder().addParts(0);
        for (String path : List.of("partition.json", "plan.json", "x_part1.onnx")) {
            prepare.addFiles(StoredFile.newBuilder().setPath(path).setBytes(3).setSha256("ab".repeat(32)));
        }
        return Order.newBuilder()
                .setNode("a")
                .setChallenge(challenge)
                .setDeployment("ocr")
                .setVersion(version)
                .setPrepare(prepare);
    }

    @Test
    void anOrderIsFollowedOnce() throws IOException {
        Signed order = unsigned(prepare("v1", check.challenge()));
        assertThat(orders.follow(order).getMissingCount()).isEqualTo(1);
        assertThatThrownBy(() -> orders.follow(order)).hasMessageContaining("of the past");
    }

    @Test
    void anOrderForAnotherNodeOrWithoutChallengeIsRefused() {
        assertThatThrownBy(() -> orders.follow(unsigned(prepare("v1", Proofs.nonce()))))
                .hasMessageContaining("another node or of the past");
        assertThatThrownBy(() ->
                        orders.follow(unsigned(prepare("v1", check.challenge()).setNode("b"))))
                .hasMessageContaining("another node or of the past");
    }

    @Test
    void namesThatWouldLeaveTheStoreAreRefused() {
        for (String name : List.of("", "..", "a/b", "/x", "a\nb", "current/../x")) {
            assertThatThrownBy(() -> orders.follow(
                            unsigned(prepare("v1", check.challenge()).setDeployment(name))))
                    .hasMessageContaining("is no name of a deployment");
            assertThatThrownBy(() -> orders.follow(unsigned(prepare(name, check.challenge()))))
                    .hasMessageContaining("is no name of a deployment");
        }
        assertThatThrownBy(() -> orders.follow(unsigned(Order.newBuilder()
                        .setNode("a")
                        .setChallenge(check.challenge())
                        .setDeployment("..")
                        .setUndeploy(Undeploy.getDefaultInstance()))))
                .hasMessageContaining("is no name of a deployment");
    }

    @Test
    void aSecondVersionWaitsUntilTheFirstDeployerIsSilent() throws IOException {
        orders.follow(unsigned(prepare("v1", check.challenge())));
        assertThatThrownBy(() -> orders.follow(unsigned(prepare("v2", check.challenge()))))
                .hasMessageContaining("version v1 of ocr is being deployed");
        now = now.plus(Duration.ofMinutes(3));
        orders.follow(unsigned(prepare("v2", check.challenge())));
    }

    @Test
    void onlyAllowedNamesGiveOrders() throws IOException {
        Path certificates = directory.resolve("certificates");
        new CertificateAuthority(certificates).issue(List.of("a", "admin", "b"), 10);
        orders = orders(Optional.of(load(certificates, "a")));
        Order order = prepare("v1", check.challenge()).build();
        assertThatThrownBy(() -> orders.follow(
                        Signed.newBuilder().setBody(order.toByteString()).build()))
                .hasMessageContaining("has no certificate");
        assertThatThrownBy(() -> orders.follow(load(certificates, "b").sign(order)))
                .hasMessageContaining("'b' may not deploy here; allowed are admin");
        assertThat(orders.follow(load(certificates, "admin").sign(order)).getMissingCount())
                .isEqualTo(1);
    }

    private static Identity load(Path from, String name) throws IOException {
        return Identity.load(from.resolve(name + ".pem"), from.resolve(name + ".key"), from.resolve("authority.pem"));
    }

    @Test
    void damagedOrdersAreRefusedWithoutAnyOtherFailure() {
        byte[] bytes = prepare("v1", check.challenge()).build().toByteArray();
        Random random = new Random(11);
        for (int round = 0; round < 3_000; round++) {
            byte[] damaged = bytes.clone();
            for (int i = 0; i < 4; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                orders.follow(Signed.newBuilder()
                        .setBody(ByteString.copyFrom(damaged))
                        .build());
            } catch (IOException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }
}
