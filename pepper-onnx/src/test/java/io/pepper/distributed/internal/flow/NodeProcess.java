package io.pepper.distributed.internal.flow;

import io.pepper.export.PartitionManifest;
import io.pepper.session.Deployed;
import io.pepper.session.Stage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A node in a process of its own: {@code NodeProcess DEVICE DIRECTORY PART… / OTHER=HOST:PORT…}. */
final class NodeProcess {
    private NodeProcess() {}

    public static void main(String... args) throws Exception {
        Path directory = Path.of(args[1]);
        PartitionManifest manifest = PartitionManifest.read(directory);
        NodeProcesses.Addresses members = new NodeProcesses.Addresses();
        StageHost host =
                StageHost.start(FlowCluster.options(args[0]).withMaxHeldBytes(1L << 27), members, Optional.empty());
        for (String part : List.of(args[2].split(","))) {
            int number = Integer.parseInt(part);
            host.serve(new ServedPart(
                    FlowCluster.NAME,
                    FlowCluster.VERSION,
                    number,
                    Stage.open(directory, manifest, number, Deployed.EXACT),
                    manifest));
        }
        System.out.println(host.address());
        System.out.flush();
        while (true) { // Each line names a node and its address.
            int read = System.in.read();
            StringBuilder line = new StringBuilder();
            while (read >= 0 && read != '\n') {
                line.append((char) read);
                read = System.in.read();
            }
            if (read < 0) {
                Runtime.getRuntime().halt(0);
            }
            members.learn(line.toString());
        }
    }
}
