package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.Fetch;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.internal.isolate.ScratchDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/**
 * The reading of the documents of a deployment from a node.
 *
 * @param system the member that asks
 * @param address the address of the node
 */
record DocumentFetch(ClusterSystem system, String address) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 64 << 20;

    /**
     * Returns the manifest of a version.
     *
     * @throws InterruptedException if the thread is interrupted
     * @throws IOException if the node does not answer, or its file is no manifest
     */
    PartitionManifest manifest(String deployment, String version) throws IOException, InterruptedException {
        try (ScratchDirectory scratch = ScratchDirectory.create("manifest")) {
            write(scratch, PartitionManifest.FILE_NAME, content(deployment, version, false));
            return PartitionManifest.read(scratch.path());
        }
    }

    /**
     * Returns the plan of a version.
     *
     * @throws InterruptedException if the thread is interrupted
     * @throws IOException if the node does not answer, or its file is no plan
     */
    DeploymentPlan plan(String deployment, String version) throws IOException, InterruptedException {
        try (ScratchDirectory scratch = ScratchDirectory.create("plan")) {
            write(scratch, PartitionManifest.FILE_NAME, content(deployment, version, false));
            write(scratch, DeploymentPlan.FILE_NAME, content(deployment, version, true));
            return DeploymentPlan.readWithoutParts(scratch.path());
        }
    }

    private static void write(ScratchDirectory scratch, String name, byte... content) throws IOException {
        Files.write(scratch.path().resolve(name), content);
    }

    private byte[] content(String deployment, String version, boolean plan) throws IOException, InterruptedException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        Fetch.Builder fetch =
                Fetch.newBuilder().setDeployment(deployment).setVersion(version).setPlan(plan);
        long total;
        do {
            Envelope answer = ask(fetch.setOffset(content.size()).build());
            total = answer.getFetched().getTotalBytes();
            if (total > MAX_BYTES || answer.getFetched().getContent().isEmpty()) {
                throw new IOException(address + ": the " + (plan ? "plan" : "manifest") + " of " + deployment + " has "
                        + total + " bytes; read are up to " + MAX_BYTES);
            }
            answer.getFetched().getContent().writeTo(content);
        } while (content.size() < total);
        return content.toByteArray();
    }

    private Envelope ask(Fetch fetch) throws IOException, InterruptedException {
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
