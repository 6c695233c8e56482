package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.MissingFile;
import io.pepper.distributed.internal.proto.OfferedCapability;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.distributed.internal.proto.StoredFile;
import io.pepper.distributed.internal.proto.TaskCancel;
import io.pepper.distributed.internal.proto.TaskFetch;
import io.pepper.distributed.internal.proto.TaskOrder;
import io.pepper.distributed.internal.proto.TaskQuestion;
import io.pepper.distributed.internal.proto.TaskRemoval;
import io.pepper.distributed.internal.proto.TaskStart;
import io.pepper.distributed.internal.proto.TaskStatus;
import io.pepper.distributed.internal.proto.TaskStatus.State;
import io.pepper.document.SafeText;
import io.pepper.internal.text.WholeFile;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task of a node, as its client follows it: sends the files that the node lacks, waits for the end, and fetches the
 * results. If the client is interrupted or closed meanwhile, the task is cancelled. Not thread-safe.
 */
final class TaskCall {
    private static final Logger LOG = LoggerFactory.getLogger(TaskCall.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int SENDINGS = 5;
    private static final int ATTEMPTS = 40;
    private static final long PAUSE_MILLIS = 250;
    private static final int LOOKS_AT_THE_END = 15;
    private static final int MAX_STEP = 200;

    private final RemoteNode node;
    private final RemoteNode ending;
    private final Proofs proofs;
    private final TaskRequest request;
    private final ProgressListener progress;
    private boolean isProtected;

    TaskCall(RemoteNode node, RemoteNode ending, Proofs proofs, TaskRequest request, ProgressListener progress) {
        this.node = node;
        this.ending = ending;
        this.proofs = proofs;
        this.request = request;
        this.progress = progress;
    }

    /**
     * Lets the node do the task, and waits.
     *
     * @throws SilentNodeException if the node is lost, or has started again
     * @throws InterruptedIOException if the thread is interrupted; the task is cancelled
     * @throws IOException if the node refuses, or the task fails
     */
    TaskRequest.Answer perform() throws IOException {
        isProtected = isProtected();
        List<StoredFiles.Entry> files = files();
        try {
            TaskStatus status = follow(begin(files));
            if (status.getState() == State.UNKNOWN) {
                throw new SilentNodeException("the node " + node.name() + " has started again; the task has stopped");
            }
            if (status.getState() != State.DONE) {
                throw new IOException("node " + node.name() + ": "
                        + (status.getState() == State.CANCELLED ? "the task " : "")
                        + SafeText.of(status.getFailure()));
            }
            return new TaskRequest.Answer(status.getAnswer(), fetch(status.getResultsList()));
        } catch (InterruptedIOException stopped) {
            boolean unused = Thread.interrupted();
            cancel();
            Thread.currentThread().interrupt();
            throw stopped;
        } catch (ClosedClientException closing) {
            cancel();
            throw closing;
        }
    }

    private boolean isProtected() throws IOException {
        for (OfferedCapability offered : node.state().getCapabilitiesList()) {
            if (offered.getName().equals(request.capability())) {
                return offered.getProtected();
            }
        }
        return false; // The node refuses the task and says what it can do.
    }

    private List<StoredFiles.Entry> files() throws IOException {
        List<StoredFiles.Entry> files = new ArrayList<>();
        for (Map.Entry<String, Path> file : request.files().entrySet()) {
            files.add(
                    new StoredFiles.Entry(file.getKey(), BlobStore.hash(file.getValue()), Files.size(file.getValue())));
        }
        return files;
    }

    /** Starts the task, after the node has all files. */
    private TaskStatus begin(List<StoredFiles.Entry> files) throws IOException {
        TaskStart.Builder start = TaskStart.newBuilder().setArguments(request.arguments());
        files.forEach(file -> start.addFiles(StoredFile.newBuilder()
                .setPath(file.path())
                .setSha256(file.sha256())
                .setBytes(file.bytes())));
        for (int sending = 0; sending < SENDINGS; sending++) {
            TaskStatus status = order(node, TaskOrder.newBuilder().setStart(start));
            if (status.getState() != State.WAITING) {
                return status;
            }
            send(files, status.getMissingList());
        }
        throw new SilentNodeException("node " + node.name() + ": bytes were lost on the way");
    }

    private void send(List<StoredFiles.Entry> files, List<MissingFile> missing) throws IOException {
        long total = missing.stream()
                .flatMap(one -> files.stream().filter(file -> file.sha256().equals(one.getSha256())))
                .mapToLong(StoredFiles.Entry::bytes)
                .sum();
        long[] sent = {0};
        for (MissingFile one : missing) {
            StoredFiles.Entry file = files.stream()
                    .filter(known -> known.sha256().equals(one.getSha256()))
                    .findFirst()
                    .orElseThrow(() -> new IOException("node " + node.name() + ": asks for a file that is not sent"));
            sent[0] += one.getStoredBytes();
            try (FileSource source = new FileSource(request.files().getOrDefault(file.path(), Path.of("")))) {
                node.send(source, file.sha256(), one.getStoredBytes(), bytes -> {
                    sent[0] += bytes;
                    progress.progress("sending " + file.path(), Math.min(sent[0], total), total);
                });
            }
        }
    }

    /** Gives an order. A refusal for the moment is followed by other attempts. */
    private TaskStatus order(RemoteNode to, TaskOrder.Builder order) throws IOException {
        order.setNode(to.name()).setCapability(request.capability()).setId(request.id());
        for (int attempt = 1; ; attempt++) {
            Signed signed = isProtected
                    ? proofs.sign(order.setChallenge(to.challenge()).build())
                    : Signed.newBuilder().setBody(order.build().toByteString()).build();
            Envelope answer = to.ask(Envelope.newBuilder().setTask(signed).build(), PATIENCE);
            if (answer.hasTaskStatus()) {
                return answer.getTaskStatus();
            }
            if (!answer.getRefusal().getTransient() || attempt == ATTEMPTS) {
                throw to.refused(answer);
            }
            pause();
        }
    }

    private void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the node " + node.name() + " was busy");
        }
    }

    private TaskStatus follow(TaskStatus begun) throws IOException {
        TaskStatus status = begun;
        while (status.getState() == State.RUNNING) {
            progress.progress(
                    SafeText.line(status.getStep(), MAX_STEP),
                    Math.max(0, status.getDone()),
                    Math.max(0, status.getTotal()));
            status = look(node);
        }
        return status;
    }

    private TaskStatus look(RemoteNode at) throws IOException {
        TaskQuestion question = TaskQuestion.newBuilder()
                .setCapability(request.capability())
                .setId(request.id())
                .build();
        Envelope answer = at.ask(Envelope.newBuilder().setTaskQuestion(question).build(), PATIENCE);
        if (!answer.hasTaskStatus()) {
            throw at.refused(answer);
        }
        return answer.getTaskStatus();
    }

    private Map<String, Path> fetch(List<StoredFile> results) throws IOException {
        Map<String, Path> fetched = new TreeMap<>();
        if (request.results().isEmpty()) {
            return fetched;
        }
        Path directory = Files.createDirectories(request.results().get());
        long bytes = 0;
        for (StoredFile result : results) {
            bytes += Math.max(0, result.getBytes());
            TaskStore.checkResults(results.size(), bytes);
            if (!PartStore.isName(result.getPath()) || result.getBytes() < 0) {
                throw new IOException("node " + node.name() + ": the result '" + SafeText.of(result.getPath())
                        + "' has a name that is not allowed");
            }
            Path target = directory.resolve(result.getPath());
            WholeFile.write(target, out -> fetch(result, out));
            fetched.put(result.getPath(), target);
        }
        return fetched;
    }

    private void fetch(StoredFile result, java.io.OutputStream out) throws IOException {
        MessageDigest digest = Digests.sha256();
        TaskFetch.Builder fetch = TaskFetch.newBuilder()
                .setCapability(request.capability())
                .setId(request.id())
                .setName(result.getPath());
        for (long offset = 0; offset < result.getBytes(); ) {
            Envelope answer = node.ask(
                    Envelope.newBuilder().setTaskFetch(fetch.setOffset(offset)).build(), PATIENCE);
            if (!answer.hasFetched()) {
                throw node.refused(answer);
            }
            ByteString content = answer.getFetched().getContent();
            offset += content.size();
            if (content.isEmpty() || offset > result.getBytes()) {
                throw new IOException("node " + node.name() + ": the result " + result.getPath()
                        + " has another size than " + result.getBytes() + " bytes");
            }
            digest.update(content.asReadOnlyByteBuffer());
            content.writeTo(out);
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(result.getSha256())) {
            throw new IOException("node " + node.name() + ": the result " + result.getPath() + " has the SHA-256 "
                    + found + ", not " + SafeText.of(result.getSha256()));
        }
    }

    /** Cancels the task, and waits for its end for a limited time. */
    private void cancel() {
        try {
            TaskStatus status = order(ending, TaskOrder.newBuilder().setCancel(TaskCancel.getDefaultInstance()));
            for (int look = 0; look < LOOKS_AT_THE_END && status.getState() == State.RUNNING; look++) {
                status = look(ending);
            }
        } catch (IOException gone) {
            LOG.warn("node {} may go on with the task {}: {}", node.name(), request.id(), gone.getMessage());
        }
    }

    /** Removes the task from the node. */
    void remove() throws IOException {
        isProtected = isProtected();
        TaskStatus unused = order(node, TaskOrder.newBuilder().setRemove(TaskRemoval.getDefaultInstance()));
    }
}
