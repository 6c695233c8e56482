package io.pepper.monitor.internal.agent;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The facts of a node. They do not change while the agent runs.
 *
 * @param model the kind of device, for instance {@code Raspberry Pi 4 Model B Rev 1.4}
 * @param nodeClass {@code Computer}, or {@code Virtual Machine}
 * @param brand the name of the processor; empty if it is unknown
 * @param arch the instruction set as {@code uname} names it, for instance {@code aarch64}
 * @param bits the bits of an address
 * @param cores the number of processors
 * @param ramBytes the total memory in bytes
 * @param system the name of the operating system
 * @param systemVersion its version; empty if it is unknown
 * @param gpus the graphics processors
 */
record NodeFacts(
        Optional<String> model,
        String nodeClass,
        String brand,
        String arch,
        int bits,
        int cores,
        OptionalLong ramBytes,
        Optional<String> system,
        String systemVersion,
        List<Gpu> gpus) {
    NodeFacts {
        gpus = List.copyOf(gpus);
    }

    /**
     * A graphics processor.
     *
     * @param model its name
     * @param type its maker or its driver
     * @param id its number on its bus
     */
    record Gpu(String model, String type, String id) {}
}
