package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.flow.ServedPart;
import io.pepper.distributed.internal.flow.StageHost;
import io.pepper.distributed.internal.proto.HeldDeployment;
import io.pepper.distributed.internal.proto.PartMeasure;
import io.pepper.export.PartitionManifest;
import io.pepper.generation.GenerationParts;
import io.pepper.session.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The versions that a node holds, opens and serves. Changes are made one at a time. Thread-safe. */
final class HeldParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeldParts.class);

    /** The counts of more parts would not fit into a message. */
    private static final int MAX_MEASURES = 1_000;

    private final String node;
    private final PartStore store;
    private final PartsOpener opener;
    private final StageHost host;
    private final Map<String, Version> versions = new TreeMap<>();
    private volatile List<HeldDeployment> described = List.of();

    /** A stored version. */
    private static final class Version {
        private final String deployment;
        private final String version;
        private final StoredFiles files;
        private final PartitionManifest manifest;
        private final Map<Integer, Stage> stages = new TreeMap<>();

        private Version(String deployment, String version, StoredFiles files, PartitionManifest manifest) {
            this.deployment = deployment;
            this.version = version;
            this.files = files;
            this.manifest = manifest;
        }

        private boolean isReady() {
            return stages.size() == files.parts().size();
        }
    }

    HeldParts(String node, PartStore store, PartsOpener opener, StageHost host) {
        this.node = node;
        this.store = store;
        this.opener = opener;
        this.host = host;
    }

    private static String key(String deployment, String version) {
        return deployment + "/" + version;
    }

    /** Opens what the store had at the last end of the node. What cannot be opened is reported and stays stored. */
    synchronized void restore() throws IOException {
        for (Map.Entry<String, Map<String, StoredFiles>> deployment :
                store.held().entrySet()) {
            for (Map.Entry<String, StoredFiles> version : deployment.getValue().entrySet()) {
                try {
                    open(deployment.getKey(), version.getKey(), version.getValue(), false);
                } catch (IOException | RuntimeException failed) {
                    LOG.warn(
                            "{}: {} {} cannot be opened: {}",
                            node,
                            deployment.getKey(),
                            version.getKey(),
                            failed.getMessage());
                }
            }
        }
        note();
    }

    /**
     * Stores, opens and serves a version. Nothing of it remains if this fails.
     *
     * @return remarks
     */
    synchronized List<String> add(String deployment, String version, StoredFiles files) throws IOException {
        Version held = versions.get(key(deployment, version));
        if (held != null && held.isReady() && held.files.equals(files)) {
            return List.of();
        }
        if (held != null) {
            close(held);
        }
        store.assemble(deployment, version, files);
        try {
            List<String> notes = open(deployment, version, files, true);
            note();
            return notes;
        } catch (IOException | RuntimeException failed) {
            remove(deployment, version);
            throw failed;
        }
    }

    private List<String> open(String deployment, String version, StoredFiles files, boolean trial) throws IOException {
        Path directory = store.files(deployment, version);
        PartitionManifest manifest = PartitionManifest.read(directory);
        Version opened = new Version(deployment, version, files, manifest);
        versions.put(key(deployment, version), opened);
        List<String> notes = new ArrayList<>();
        Optional<GenerationParts> generating = opener.generating(directory, manifest, files.parts());
        for (int part : files.parts()) {
            if (part >= manifest.parts().size()) {
                throw new IOException("there is no part " + part);
            }
            try {
                PartsOpener.Opened stage = opener.open(directory, manifest, part, store.scratch(), trial);
                stage.note().ifPresent(notes::add);
                opened.stages.put(part, stage.stage());
                host.serve(new ServedPart(deployment, version, part, stage.stage(), manifest));
                if (generating.isPresent()) {
                    serve(opened, part, generating.get());
                }
            } catch (IOException | RuntimeException failed) {
                throw new IOException(
                        "part " + part + " (" + manifest.parts().get(part).file() + "): " + failed.getMessage(),
                        failed);
            }
        }
        return notes;
    }

    /** Serves a part a second time, as one that keeps its caches. It then closes the stage. */
    private void serve(Version opened, int part, GenerationParts generating) {
        Stage keeping = generating.keeping(
                part, Objects.requireNonNull(opened.stages.get(part)), OptionalLong.of(opener.maxCacheBytes()), true);
        opened.stages.put(part, keeping);
        host.serve(new ServedPart(
                Generating.name(opened.deployment), opened.version, part, keeping, generating.manifest()));
    }

    /** Makes a version the one that serves. */
    synchronized void activate(String deployment, String version) throws IOException {
        Version held = versions.get(key(deployment, version));
        if (held == null || !held.isReady()) {
            throw new IOException("version " + version + " of " + deployment + " is not open");
        }
        store.activate(deployment, version);
        note();
    }

    /** Removes the versions of a deployment, except one. */
    synchronized void retire(String deployment, String kept) throws IOException {
        Map<String, StoredFiles> stored = store.held().getOrDefault(deployment, Map.of());
        for (String version : stored.keySet()) {
            if (!version.equals(kept)) {
                remove(deployment, version);
            }
        }
    }

    /** Removes a version that does not serve. */
    synchronized void abandon(String deployment, String version) throws IOException {
        if (store.current(deployment).filter(version::equals).isEmpty()
                && store.held().getOrDefault(deployment, Map.of()).containsKey(version)) {
            remove(deployment, version);
        }
    }

    private void remove(String deployment, String version) throws IOException {
        Version held = versions.remove(key(deployment, version));
        if (held != null) {
            close(held);
        }
        store.remove(deployment, version);
        note();
    }

    private void close(Version held) throws IOException {
        for (Map.Entry<Integer, Stage> part : held.stages.entrySet()) {
            try {
                host.stop(held.deployment, held.version, part.getKey());
                host.stop(Generating.name(held.deployment), held.version, part.getKey());
                part.getValue().close();
            } catch (TimeoutException running) {
                LOG.warn(
                        "{}: part {} of {} still runs and is left open", node, part.getKey(), held.deployment, running);
            }
        }
        held.stages.clear();
    }

    /** Returns what the node tells about its versions, with what their parts did so far. */
    List<HeldDeployment> describe() {
        int left = MAX_MEASURES;
        List<HeldDeployment> now = new ArrayList<>();
        for (HeldDeployment each : described) {
            List<PartMeasure> measures = host.measures(each.getName(), each.getVersion()).stream()
                    .limit(left)
                    .toList();
            left -= measures.size();
            now.add(each.toBuilder().addAllMeasures(measures).build());
        }
        return now;
    }

    /** Notes the present versions, so that a question needs not wait for a change that takes long. */
    private void note() throws IOException {
        List<HeldDeployment> held = new ArrayList<>();
        for (Version version : versions.values()) {
            held.add(HeldDeployment.newBuilder()
                    .setName(version.deployment)
                    .setVersion(version.version)
                    .setModel(version.manifest.modelName())
                    .setServing(store.current(version.deployment)
                            .filter(version.version::equals)
                            .isPresent())
                    .setReady(version.isReady())
                    .setTotalParts(version.manifest.parts().size())
                    .addAllParts(version.files.parts())
                    .addAllPlanned(version.files.planned())
                    .setBytes(version.files.bytes())
                    .build());
        }
        described = List.copyOf(held);
    }

    @Override
    public synchronized void close() throws IOException {
        for (Version version : versions.values()) {
            close(version);
        }
        versions.clear();
    }
}
