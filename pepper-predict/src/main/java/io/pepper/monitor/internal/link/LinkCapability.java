package io.pepper.monitor.internal.link;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.distributed.CapabilityTask;
import io.pepper.distributed.NodeCapability;
import io.pepper.distributed.NodeChannel;
import io.pepper.internal.text.Document;
import io.pepper.internal.text.Fields;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The measurement of the links of a node to other nodes of its cluster, over the transport of tensors. The arguments name
 * the other nodes: {@code {"to": ["pi5", "jetson"]}}. A link is measured again only after so long that measurements take
 * a twentieth of the time at most; until then, the answer has the last measurement with its age. A measurement transfers
 * at most 32 MiB and lasts at most 16 seconds. Thread-safe.
 */
public final class LinkCapability implements NodeCapability {
    /** The name of the capability. */
    public static final String NAME = "links";

    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_PEERS = 200;

    private final LinkTurns turns = new LinkTurns(System::nanoTime);
    private final ChannelAnswers answers = new ChannelAnswers(turns);
    private final ReentrantLock one = new ReentrantLock(true);
    private @Nullable LinkMeter meter;
    private @Nullable CapabilityTask running;

    /** Creates the capability of one node. */
    public LinkCapability() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isProtected() {
        return false;
    }

    @Override
    public void perform(CapabilityTask task) throws IOException {
        List<String> peers = Fields.ofJson("the arguments", Document.read(task.arguments(), "the arguments"))
                .texts("to");
        if (peers.size() > MAX_PEERS || peers.contains(task.device())) {
            throw new IllegalArgumentException("the links of " + task.device() + " to 1 to " + MAX_PEERS
                    + " other nodes can be measured, not to " + peers);
        }
        try {
            one.lockInterruptibly();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("stopped").initCause(stopped);
        }
        try {
            running = task;
            task.answer(measured(task, peers));
        } finally {
            running = null;
            one.unlock();
        }
    }

    private String measured(CapabilityTask task, List<String> peers) throws IOException {
        LinkMeter known = meter;
        if (known == null) {
            known = new LinkMeter(task.device(), LinkSettings.DEFAULTS, this::open);
            meter = known;
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("links");
            int done = 0;
            for (String peer : peers) {
                task.progress("measuring the link to " + peer, done++, peers.size());
                known.learn(peer);
                write(json, known.refresh(peer));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private LinkTransport open(String peer) throws IOException {
        CapabilityTask task = running;
        if (task == null) {
            throw new IOException("no task asks for a measurement");
        }
        return new ChannelTransport(task.channel(peer), turns);
    }

    private static void write(JsonGenerator json, LinkMeter.Status status) throws IOException {
        json.writeStartObject();
        json.writeStringField("to", status.target());
        json.writeNumberField("failures", status.failures());
        if (!status.problem().isEmpty()) {
            json.writeStringField("problem", status.problem());
        }
        if (status.last().isPresent()) {
            LinkProbe.Result result = status.last().get().result();
            json.writeNumberField("ageSeconds", status.ageSeconds());
            json.writeNumberField("latencySeconds", result.latencySeconds());
            json.writeNumberField("bytesPerSecond", result.sentPerSecond());
            json.writeNumberField("reverseBytesPerSecond", result.receivedPerSecond());
        }
        json.writeEndObject();
    }

    /** Answers the measurement of another node. */
    @Override
    public void serve(NodeChannel channel) throws IOException {
        answers.serve(channel);
    }
}
