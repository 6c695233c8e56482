package io.pepper.cluster;

import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Fields;
import io.pepper.internal.text.Value;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A reader of clusters from the fields of a document. */
final class ClusterReader {
    private final String name;
    private final Cluster.Builder cluster = Cluster.builder();

    ClusterReader(String name) {
        this.name = name;
    }

    Cluster cluster(Value document) throws InvalidFileException {
        Fields fields = Fields.of(name, "", document);
        Optional<Value> devices = fields.value("devices");
        if (devices.isEmpty()) {
            throw fields.error("devices", fields.line(), "is missing");
        }
        for (Map.Entry<String, Value> device :
                Fields.of(name, "devices", devices.get()).all().entrySet()) {
            device(device.getKey(), device.getValue());
        }
        Optional<Value> links = fields.value("links");
        if (links.isPresent()) {
            if (!(links.get() instanceof Value.Sequence list)) {
                throw fields.error(
                        "links",
                        links.get().line(),
                        "a list is expected, found " + links.get().kind());
            }
            for (Value link : list.values()) {
                link(link);
            }
        }
        Optional<Value> standard = fields.value("defaultLink");
        if (standard.isPresent()) {
            Fields link = Fields.of(name, "defaultLink", standard.get());
            cluster.defaultLink(costs(link));
            link.end();
        }
        fields.text("source").ifPresent(cluster::source);
        fields.text("sink").ifPresent(cluster::sink);
        fields.end();
        return fields.made(cluster::build);
    }

    private void device(String device, Value value) throws InvalidFileException {
        Fields fields = Fields.of(name, "devices." + device, value);
        Optional<String> kind = fields.text("kind");
        OptionalLong memory = fields.whole("memoryBytes", Long.MAX_VALUE);
        OptionalLong cores = fields.whole("cores", Integer.MAX_VALUE);
        OptionalLong threads = fields.whole("threads", Integer.MAX_VALUE);
        OptionalDouble idle = fields.number("idleWatts");
        OptionalDouble busy = fields.number("busyWatts");
        Optional<String> predictor = fields.text("predictor");
        OptionalDouble factor = fields.number("timeFactor");
        boolean allowed = fields.flag("allowed").orElse(true);
        fields.end();
        cluster.device(fields.made(() -> new Device(
                device,
                kind,
                memory,
                cores.isPresent() ? OptionalInt.of((int) cores.getAsLong()) : OptionalInt.empty(),
                (int) threads.orElse(1),
                idle,
                busy,
                predictor,
                factor.orElse(1),
                allowed)));
    }

    private void link(Value value) throws InvalidFileException {
        Fields fields = Fields.of(name, "links", value);
        Optional<Value> between = fields.value("between");
        Optional<String> from = fields.text("from");
        Optional<String> to = fields.text("to");
        boolean unreachable = fields.flag("unreachable").orElse(false);
        if (between.isPresent() == (from.isPresent() && to.isPresent()) || from.isPresent() != to.isPresent()) {
            throw fields.error("", fields.line(), "a link has either 'between', or 'from' and 'to'");
        }
        String one = between.isPresent() ? end(fields, between.get(), 0) : from.orElseThrow();
        String other = between.isPresent() ? end(fields, between.get(), 1) : to.orElseThrow();
        if (unreachable) {
            cluster.unreachable(one, other);
            if (between.isPresent()) {
                cluster.unreachable(other, one);
            }
        } else if (between.isPresent()) {
            cluster.link(one, other, costs(fields));
        } else {
            cluster.directedLink(one, other, costs(fields));
        }
        fields.end();
    }

    private static String end(Fields fields, Value between, int place) throws InvalidFileException {
        if (between instanceof Value.Sequence pair
                && pair.values().size() == 2
                && pair.values().get(place) instanceof Value.Scalar device) {
            return device.text();
        }
        throw fields.error("between", between.line(), "two devices are expected, found " + between.kind());
    }

    private static Link costs(Fields fields) throws InvalidFileException {
        OptionalDouble rate = fields.number("bytesPerSecond");
        if (rate.isEmpty()) {
            throw fields.error("bytesPerSecond", fields.line(), "is missing");
        }
        double latency = fields.number("latencySeconds").orElse(0);
        double overhead = fields.number("overheadSeconds").orElse(0);
        double joules = fields.number("joulesPerByte").orElse(0);
        double share = fields.number("sentShare").orElse(1);
        return fields.made(() -> new Link(rate.getAsDouble(), latency, overhead, joules, share));
    }
}
