package io.pepper.cluster;

import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Fields;
import io.pepper.internal.text.LinkEnds;

/** A reader of clusters from the fields of a document. */
final class ClusterReader {
    private final Cluster.Builder cluster = Cluster.builder();

    private ClusterReader() {}

    static Cluster read(Fields fields) throws InvalidFileException {
        return new ClusterReader().cluster(fields);
    }

    private Cluster cluster(Fields fields) throws InvalidFileException {
        Fields devices = fields.fields("devices");
        for (String device : devices.names()) {
            device(device, devices.fields(device));
        }
        if (fields.has("links")) {
            for (Fields link : fields.list("links")) {
                link(link);
            }
        }
        if (fields.has("defaultLink")) {
            Fields link = fields.fields("defaultLink");
            cluster.defaultLink(costs(link));
            link.end();
        }
        fields.text("source").ifPresent(cluster::source);
        fields.text("sink").ifPresent(cluster::sink);
        fields.end();
        return fields.made(cluster::build);
    }

    private void device(String device, Fields fields) throws InvalidFileException {
        Device.Builder builder = Device.builder(device);
        builder.platform(new Platform(
                fields.text("kind"),
                fields.text("instructionSet"),
                fields.text("runtime"),
                fields.text("runtimeVersion"),
                fields.text("provider")));
        fields.whole("memoryBytes", Long.MAX_VALUE).ifPresent(builder::memoryBytes);
        fields.whole("cores", Integer.MAX_VALUE).ifPresent(cores -> builder.cores((int) cores));
        fields.whole("threads", Integer.MAX_VALUE).ifPresent(threads -> builder.threads((int) threads));
        fields.number("idleWatts").ifPresent(builder::idleWatts);
        fields.number("busyWatts").ifPresent(builder::busyWatts);
        fields.text("predictor").ifPresent(builder::predictor);
        fields.number("timeFactor").ifPresent(builder::timeFactor);
        fields.flag("allowed").ifPresent(builder::allowed);
        fields.text("address").ifPresent(builder::address);
        fields.end();
        cluster.device(fields.made(builder::build));
    }

    private void link(Fields fields) throws InvalidFileException {
        LinkEnds ends = LinkEnds.read(fields);
        boolean unreachable = fields.flag("unreachable").orElse(false);
        if (unreachable) {
            cluster.unreachable(ends.from(), ends.to());
            if (ends.both()) {
                cluster.unreachable(ends.to(), ends.from());
            }
        } else if (ends.both()) {
            cluster.link(ends.from(), ends.to(), costs(fields));
        } else {
            cluster.directedLink(ends.from(), ends.to(), costs(fields));
        }
        fields.end();
    }

    private static Link costs(Fields fields) throws InvalidFileException {
        double rate = fields.requiredNumber("bytesPerSecond");
        double latency = fields.number("latencySeconds").orElse(0);
        double overhead = fields.number("overheadSeconds").orElse(0);
        double joules = fields.number("joulesPerByte").orElse(0);
        double share = fields.number("sentShare").orElse(1);
        return fields.made(() -> new Link(rate, latency, overhead, joules, share));
    }
}
