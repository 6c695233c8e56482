package io.pepper.predict;

import io.pepper.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** The work of well-known networks, which comes with the library. */
final class StarterNetworks {
    private static final String RESOURCE = "starter/networks.txt.gz";

    private StarterNetworks() {}

    /** The networks, read once. */
    private static final class Holder {
        private static final List<Workload> NETWORKS = read();

        private Holder() {}

        private static List<Workload> read() {
            try (InputStream packed =
                            Objects.requireNonNull(StarterNetworks.class.getResourceAsStream(RESOURCE), RESOURCE);
                    InputStream in = new GZIPInputStream(packed)) {
                return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                        .lines()
                        .map(Holder::network)
                        .toList();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }

        private static Workload network(String line) {
            Workload.Builder work = Workload.builder();
            KernelText.read(RESOURCE, line.substring(line.indexOf('\t') + 1)).forEach(work::add);
            return work.build();
        }
    }

    /** Returns the work of each network, one image at a time. */
    static List<Workload> all() {
        return Holder.NETWORKS;
    }
}
