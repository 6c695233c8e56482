package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.distributed.internal.flow.DataAddress;
import io.pepper.distributed.internal.flow.StageHost;
import io.pepper.distributed.internal.proto.Chunk;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.Fetch;
import io.pepper.distributed.internal.proto.Hello;
import io.pepper.distributed.internal.proto.NodeState;
import io.pepper.distributed.internal.proto.Refusal;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.onnx.internal.ToolVersion;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.util.Optional;

/** A node's answers to questions, and to the pieces of files. Thread-safe. */
final class NodeAnswers {
    private final NodeSettings settings;
    private final Proofs proofs;
    private final StageHost host;
    private final MachineLoad load;
    private final PartStore store;
    private final HeldParts held;
    private final OrderCheck check;
    private final NodeTasks tasks;

    NodeAnswers(
            NodeSettings settings,
            Proofs proofs,
            StageHost host,
            MachineLoad load,
            PartStore store,
            HeldParts held,
            OrderCheck check,
            NodeTasks tasks) {
        this.settings = settings;
        this.proofs = proofs;
        this.host = host;
        this.load = load;
        this.store = store;
        this.held = held;
        this.check = check;
        this.tasks = tasks;
    }

    /** Answers a member that wants to join by this node. */
    Envelope greet(Signed message, Optional<Membership> joined) throws IOException {
        Hello hello;
        try {
            hello = Hello.parseFrom(message.getBody());
        } catch (InvalidProtocolBufferException malformed) {
            throw new IOException("a malformed message: " + malformed.getMessage(), malformed);
        }
        proofs.check(message, hello.getName());
        if (joined.isEmpty()) {
            return Replies.refusal("it has not joined a cluster itself yet", true);
        }
        Optional<Refusal> refusal = NameCheck.refusal(hello, joined.get().system());
        return refusal.isPresent() ? Replies.refusal(refusal.get()) : state(hello.getNonce());
    }

    /** Describes the node. */
    Envelope state(ByteString nonce) throws IOException {
        NodeState.Builder state = NodeState.newBuilder()
                .setNonce(nonce)
                .setName(settings.name())
                .setKind(settings.kind())
                .putAllLabels(settings.labels())
                .setDataAddress(
                        new DataAddress(settings.system().host(), host.address().port()).toString())
                .setAgentUrl(settings.agentUrl())
                .setCores(Runtime.getRuntime().availableProcessors())
                .setMemoryBytes(MachineMemory.bytes())
                .setLibrary(ToolVersion.get())
                .addAllHeld(held.describe())
                .setHeldBytes(host.heldBytes())
                .setChallenge(check.challenge())
                .addAllCapabilities(tasks.offers());
        load.percent().ifPresent(state::setCpuLoadPercent);
        return Replies.state(proofs.sign(state.build()));
    }

    /** Stores a piece of a file. */
    Envelope store(Chunk chunk) throws IOException {
        return Replies.stored(
                chunk.getSha256(), store.blobs().append(chunk.getSha256(), chunk.getOffset(), chunk.getContent()));
    }

    /** Returns a piece of a document of a deployment. */
    Envelope fetch(Fetch wanted) throws IOException {
        try (FileSource document = store.document(wanted.getDeployment(), wanted.getVersion(), wanted.getPlan())) {
            long offset = wanted.getOffset();
            if (offset < 0 || offset > document.size()) {
                throw new IOException(document.name() + " has no byte " + offset);
            }
            return Replies.piece(document.size(), Pieces.read(document, offset));
        }
    }
}
