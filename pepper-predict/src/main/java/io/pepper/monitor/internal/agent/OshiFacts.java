package io.pepper.monitor.internal.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GraphicsCard;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.software.os.OperatingSystem;

/** The facts that OSHI knows of the machine of this process. They come before those of the files of Linux. */
final class OshiFacts {
    private static final String UNKNOWN = "unknown";

    private OshiFacts() {}

    /**
     * Completes facts.
     *
     * @param files the facts from files
     * @param notes receives a remark if OSHI is missing or cannot work here
     * @return the facts of OSHI, and those from files where OSHI has none
     */
    static NodeFacts complete(NodeFacts files, List<String> notes) {
        try {
            return complete(files, new SystemInfo());
        } catch (LinkageError missing) {
            notes.add("OSHI is not on the class path or cannot load its native library (" + missing
                    + "): the node's facts come from /proc and /sys alone");
        } catch (RuntimeException failed) {
            notes.add(
                    "OSHI cannot read this machine (" + failed + "): the node's facts come from /proc and /sys alone");
        }
        return files;
    }

    private static NodeFacts complete(NodeFacts files, SystemInfo info) {
        HardwareAbstractionLayer hardware = info.getHardware();
        OperatingSystem system = info.getOperatingSystem();
        CentralProcessor.ProcessorIdentifier processor = hardware.getProcessor().getProcessorIdentifier();
        Optional<String> family = known(system.getFamily());
        List<NodeFacts.Gpu> gpus = gpus(hardware);
        return new NodeFacts(
                files.model().or(() -> known(hardware.getComputerSystem().getModel())),
                files.nodeClass(),
                known(processor.getName()).orElse(files.brand()),
                files.arch(),
                system.getBitness(),
                files.cores(),
                files.ramBytes().isPresent()
                        ? files.ramBytes()
                        : OptionalLong.of(hardware.getMemory().getTotal()),
                family.or(files::system),
                family.flatMap(name -> known(system.getVersionInfo().getVersion()))
                        .orElse(files.systemVersion()),
                gpus.isEmpty() ? files.gpus() : gpus);
    }

    private static List<NodeFacts.Gpu> gpus(HardwareAbstractionLayer hardware) {
        List<NodeFacts.Gpu> found = new ArrayList<>();
        for (GraphicsCard card : hardware.getGraphicsCards()) {
            known(card.getName())
                    .ifPresent(name -> found.add(new NodeFacts.Gpu(
                            name,
                            known(card.getVendor()).orElse(""),
                            known(card.getDeviceId()).orElse(""))));
        }
        return found;
    }

    /** OSHI writes the word {@code unknown} instead of nothing. */
    private static Optional<String> known(String text) {
        return Optional.ofNullable(text).map(String::strip).filter(word -> !word.isEmpty() && !word.equals(UNKNOWN));
    }
}
