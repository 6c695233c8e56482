package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.flow.Members;
import io.pepper.distributed.internal.proto.Chunk;
import io.pepper.distributed.internal.proto.Done;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.NodeState;
import io.pepper.distributed.internal.proto.Order;
import io.pepper.document.SafeText;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/**
 * A node as a client uses it: questions, signed orders, and files in pieces with a bounded number on their way. Thread-safe.
 */
final class RemoteNode {
    /** The number of chunks on their way to one node. */
    private static final int WINDOW = 4;

    private static final Duration CHUNK_PATIENCE = Duration.ofSeconds(20);

    private final String name;
    private final Directory directory;
    private final ClusterSystem system;
    private final Proofs proofs;
    private final CompletableFuture<Object> closing;

    /** Prepares. When {@code closing} completes, waiting ends with a failure. */
    RemoteNode(
            String name, Directory directory, ClusterSystem system, Proofs proofs, CompletableFuture<Object> closing) {
        this.name = name;
        this.directory = directory;
        this.system = system;
        this.proofs = proofs;
        this.closing = closing;
    }

    String name() {
        return name;
    }

    /**
     * Asks the node.
     *
     * @param patience the longest time
     * @return the answer, which may be a refusal
     * @throws SilentNodeException if the node is lost meanwhile or does not answer
     */
    Envelope ask(Envelope question, Duration patience) throws IOException {
        return await(system.ask(address(), question, patience));
    }

    /** Returns a new challenge of the node. */
    ByteString challenge() throws IOException {
        return await(directory.request(address(), name)).getChallenge();
    }

    /** Returns what the node last said about itself; asks if it has not said anything. */
    NodeState state() throws IOException {
        Directory.Known known = directory.nodes().get(name);
        return known != null && known.state().isPresent()
                ? known.state().get()
                : await(directory.request(address(), name));
    }

    /** Returns the failure that a refusal means. */
    IOException refused(Envelope answer) {
        return new IOException(
                "node " + name + ": " + SafeText.of(answer.getRefusal().getReason()));
    }

    private String address() throws IOException {
        Directory.Known known = directory.nodes().get(name);
        if (known == null || !known.peer().reachable()) {
            throw new SilentNodeException("the node " + name + " is not reachable");
        }
        return known.peer().address();
    }

    /**
     * Gives an order, and waits until it is done.
     *
     * @param patience the longest time
     * @throws SilentNodeException if the node is lost meanwhile or does not answer
     * @throws IOException if the node refuses the order, or fails
     */
    Done order(Order.Builder order, Duration patience) throws IOException {
        Order complete = order.setNode(name).setChallenge(challenge()).build();
        Envelope answer =
                ask(Envelope.newBuilder().setOrder(proofs.sign(complete)).build(), patience);
        if (!answer.hasDone()) {
            throw refused(answer);
        }
        return answer.getDone();
    }

    /**
     * Sends a file from an offset on.
     *
     * @param progress receives the number of bytes of each stored chunk
     * @throws SilentNodeException if the node is lost meanwhile or does not answer
     * @throws IOException if the node refuses the file, or the file cannot be read
     */
    void send(FileSource file, String sha256, long offset, LongConsumer progress) throws IOException {
        String address = address();
        Deque<CompletableFuture<Envelope>> sent = new ArrayDeque<>();
        long end = offset;
        long next = offset;
        while (next < file.size() || !sent.isEmpty()) {
            while (next < file.size() && sent.size() < WINDOW) {
                ByteString content = Pieces.read(file, next);
                Chunk chunk = Chunk.newBuilder()
                        .setSha256(sha256)
                        .setOffset(next)
                        .setContent(content)
                        .build();
                sent.add(system.ask(
                        address, Envelope.newBuilder().setChunk(chunk).build(), CHUNK_PATIENCE));
                next += content.size();
            }
            Envelope answer = await(sent.remove());
            if (!answer.hasChunkStored()) {
                throw refused(answer);
            }
            long stored = answer.getChunkStored().getStoredBytes();
            if (stored <= end) {
                throw new SilentNodeException("node " + name + ": bytes were lost on the way");
            }
            progress.accept(stored - end);
            end = stored;
        }
    }

    /** Waits for an answer as long as the node is reachable. */
    private <T> T await(CompletableFuture<T> answer) throws IOException {
        CompletableFuture<Object> lost = new CompletableFuture<>();
        Members.Registration registration = directory.listen(new LossListener(name, lost));
        try {
            address();
            CompletableFuture.anyOf(answer, lost, closing).get();
            return answer.get();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the node " + name + " was asked");
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof ClosedClientException) {
                throw new ClosedClientException();
            }
            if (cause instanceof TimeoutException) {
                throw new SilentNodeException("the node " + name + " gives no answer");
            }
            throw new IOException("node " + name + ": " + (cause == null ? failed : cause).getMessage(), failed);
        } finally {
            registration.close();
        }
    }

    /** The completion of a future when a node is lost. */
    private record LossListener(String name, CompletableFuture<Object> lost) implements Members.Listener {
        @Override
        public void lost(String device) {
            if (device.equals(name)) {
                lost.completeExceptionally(new TimeoutException());
            }
        }

        @Override
        public void back(String device) {
            // A node that is back has nothing that waits.
        }
    }
}
