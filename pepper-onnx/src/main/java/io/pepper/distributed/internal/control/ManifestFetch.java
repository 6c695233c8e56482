package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.Fetch;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.internal.isolate.ScratchDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/**
 * The reading of a manifest from a node.
 *
 * @param system the member that asks
 * @param address the address of the node
 */
record ManifestFetch(ClusterSystem system, String address) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 64 << 20;

    /**
     * Returns the manifest of a version.
     *
     * @throws InterruptedException if the thread is interrupted
     * @throws IOException if the node does not answer, or its file is no manifest
     */
    PartitionManifest fetch(String deployment, String version) throws IOException, InterruptedException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        long total;
        do {
            Envelope answer = ask(deployment, version, content.size());
            total = answer.getFetched().getTotalBytes();
            if (total > MAX_BYTES || answer.getFetched().getContent().isEmpty()) {
                throw new IOException(address + ": the manifest of " + deployment + " has " + total
                        + " bytes; read are up to " + MAX_BYTES);
            }
            answer.getFetched().getContent().writeTo(content);
        } while (content.size() < total);
        try (ScratchDirectory scratch = ScratchDirectory.create("pepper-manifest")) {
            Files.write(scratch.path().resolve(PartitionManifest.FILE_NAME), content.toByteArray());
            return PartitionManifest.read(scratch.path());
        }
    }

    private Envelope ask(String deployment, String version, long offset) throws IOException, InterruptedException {
        Fetch fetch = Fetch.newBuilder()
                .setDeployment(deployment)
                .setVersion(version)
                .setOffset(offset)
                .build();
        try {
            Envelope answer = system.ask(
                            address, Envelope.newBuilder().setFetch(fetch).build(), PATIENCE)
                    .get();
            if (!answer.hasFetched()) {
                throw new IOException(address + ": " + answer.getRefusal().getReason());
            }
            return answer;
        } catch (ExecutionException silent) {
            throw new IOException(address + ": gives no answer", silent);
        }
    }
}
