package io.pepper.examples.cli;

import io.pepper.cluster.DeviceState;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The name and the kind of this machine in measurements. */
final class MachineOptions {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "Name of this machine in the data (default: its host name).")
    private Optional<String> device = Optional.empty();

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "Kind of this machine, as cluster files state it, such as raspberry-pi-4 (default: the model"
                    + " of the board or processor).")
    private Optional<String> kind = Optional.empty();

    boolean areGiven() {
        return device.isPresent() || kind.isPresent();
    }

    Optional<String> kind() {
        return kind;
    }

    String name() {
        return device.orElseGet(DeviceOptions::hostName);
    }

    /** Returns a state with the stated kind; without one, the state as it is. */
    DeviceState ofKind(DeviceState state) {
        return kind.filter(stated -> !stated.isBlank())
                .map(stated -> state.withPlatform(state.platform().withKind(stated.strip())))
                .orElse(state);
    }
}
