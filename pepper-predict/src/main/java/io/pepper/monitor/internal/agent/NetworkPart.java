package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.SystemFiles;
import java.util.OptionalLong;

/** Bytes, packets, errors and losses of the network interfaces. */
final class NetworkPart implements NodePart {
    /** The columns of {@code /proc/net/dev} after the name, without those that few interfaces have. */
    private static final String[] COLUMNS = {
        "receive_bytes",
        "receive_packets",
        "receive_errs",
        "receive_drop",
        "",
        "",
        "",
        "",
        "transmit_bytes",
        "transmit_packets",
        "transmit_errs",
        "transmit_drop"
    };

    private final SystemFiles files;

    NetworkPart(SystemFiles files) {
        this.files = files;
    }

    @Override
    public void read(Families families) {
        for (String line : files.lines(files.path("/proc/net/dev"))) {
            int colon = line.lastIndexOf(':');
            if (colon < 0) {
                continue; // The two lines of the heading.
            }
            String device = line.substring(0, colon).strip();
            String[] columns = line.substring(colon + 1).strip().split("\\s+", -1);
            for (int i = 0; i < COLUMNS.length && i < columns.length; i++) {
                if (!COLUMNS[i].isEmpty()) {
                    families.counter(
                            "node_network_" + COLUMNS[i] + "_total",
                            "The column " + COLUMNS[i] + " of /proc/net/dev.",
                            SystemFiles.number(columns[i]),
                            "device",
                            device);
                }
            }
            state(families, device);
        }
    }

    private void state(Families families, String device) {
        if (device.isEmpty() || device.contains("/") || device.startsWith(".")) {
            return;
        }
        String at = "/sys/class/net/" + device;
        OptionalLong megabits = files.number(files.path(at + "/speed"));
        if (megabits.isPresent()) {
            families.gauge(
                    "node_network_speed_bytes",
                    "Speed of the interface, in bytes per second.",
                    megabits.getAsLong() * 125_000.0,
                    "device",
                    device);
        }
        String state = files.word(files.path(at + "/operstate"));
        if (!state.isEmpty()) {
            families.gauge(
                    "node_network_up", "Whether the interface is up.", state.equals("up") ? 1 : 0, "device", device);
        }
    }
}
