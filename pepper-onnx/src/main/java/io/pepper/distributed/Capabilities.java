package io.pepper.distributed;

import io.pepper.distributed.internal.control.Capability;
import io.pepper.distributed.internal.control.TaskRun;
import io.pepper.distributed.internal.flow.PeerChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The capabilities of a node: those of the host, and those that are found. */
final class Capabilities {
    private static final Logger LOG = LoggerFactory.getLogger(Capabilities.class);

    private Capabilities() {}

    /** Returns the capabilities by their names; the host's replace those of the same name that are found. */
    static List<Capability> of(ClusterNodeOptions options) {
        Map<String, Capability> found = new TreeMap<>();
        load().forEach(capability -> found.put(capability.name(), adapted(capability)));
        options.capabilities().forEach(capability -> found.put(capability.name(), adapted(capability)));
        return List.copyOf(found.values());
    }

    /** Finds implementations. One that cannot be loaded, for instance for lack of a library, is reported. */
    private static List<NodeCapability> load() {
        List<NodeCapability> loaded = new ArrayList<>();
        Iterator<NodeCapability> providers =
                ServiceLoader.load(NodeCapability.class).iterator();
        for (boolean more = true; more; ) {
            try {
                more = providers.hasNext();
                if (more) {
                    loaded.add(providers.next());
                }
            } catch (ServiceConfigurationError | LinkageError broken) {
                LOG.warn("a capability cannot be loaded: {}", broken.getMessage());
            }
        }
        return loaded;
    }

    private static Capability adapted(NodeCapability capability) {
        return new Capability(
                capability.name(),
                capability.isProtected(),
                task -> capability.perform(new RunningTask(task)),
                channel -> capability.serve(new OpenChannel(channel)));
    }

    /** A channel as its capability sees it. */
    private record OpenChannel(PeerChannel channel) implements NodeChannel {
        @Override
        public String device() {
            return channel.device();
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return channel.read(target);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            channel.write(bytes);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** A task as its capability sees it. */
    private record RunningTask(TaskRun task) implements CapabilityTask {
        @Override
        public String device() {
            return task.device();
        }

        @Override
        public Optional<String> kind() {
            return task.kind();
        }

        @Override
        public String arguments() {
            return task.arguments();
        }

        @Override
        public Map<String, Path> files() {
            return task.files();
        }

        @Override
        public Path directory() throws IOException {
            return task.directory();
        }

        @Override
        public NodeChannel channel(String node) throws IOException {
            return new OpenChannel(task.channel(node));
        }

        @Override
        public void progress(String step, long done, long total) {
            task.progress(step, done, total);
        }

        @Override
        public void answer(String text) {
            task.answer(text);
        }
    }
}
