package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.ProcessorTicks;
import oshi.SystemInfo;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HWDiskStore;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.hardware.NetworkIF;
import oshi.software.os.OSFileStore;
import oshi.software.os.OperatingSystem;

/** The metrics of a machine without Linux's files, by OSHI. */
final class OshiPart implements NodePart {
    private static final double MILLIS = 1e-3;
    private static final int[] MINUTES = {1, 5, 15};

    private final HardwareAbstractionLayer hardware;
    private final OperatingSystem system;

    OshiPart() {
        SystemInfo info = new SystemInfo();
        hardware = info.getHardware();
        system = info.getOperatingSystem();
    }

    @Override
    public void read(Families families) {
        processors(families);
        GlobalMemory memory = hardware.getMemory();
        families.gauge("node_memory_MemTotal_bytes", "Memory, in bytes.", (double) memory.getTotal());
        families.gauge("node_memory_MemAvailable_bytes", "Memory that is free or can be freed, in bytes.", (double)
                memory.getAvailable());
        families.gauge("node_boot_time_seconds", "Time of the node's start, in seconds since 1970.", (double)
                system.getSystemBootTime());
        for (OSFileStore store : system.getFileSystem().getFileStores(true)) {
            fileSystem(families, store);
        }
        for (HWDiskStore disk : hardware.getDiskStores()) {
            String[] device = {"device", disk.getName()};
            families.counter("node_disk_read_bytes_total", "Bytes read.", (double) disk.getReadBytes(), device);
            families.counter("node_disk_written_bytes_total", "Bytes written.", (double) disk.getWriteBytes(), device);
        }
        for (NetworkIF network : hardware.getNetworkIFs()) {
            String[] device = {"device", network.getName()};
            families.counter(
                    "node_network_receive_bytes_total", "Bytes received.", (double) network.getBytesRecv(), device);
            families.counter(
                    "node_network_transmit_bytes_total", "Bytes sent.", (double) network.getBytesSent(), device);
        }
    }

    private void processors(Families families) {
        long[][] ticks = hardware.getProcessor().getProcessorCpuLoadTicks();
        for (int cpu = 0; cpu < ticks.length; cpu++) {
            for (int mode = 0; mode < ProcessorTicks.MODES.size() && mode < ticks[cpu].length; mode++) {
                families.counter(
                        "node_cpu_seconds_total",
                        "Seconds that a processor spent in a mode.",
                        ticks[cpu][mode] * MILLIS,
                        "cpu",
                        String.valueOf(cpu),
                        "mode",
                        ProcessorTicks.MODES.get(mode));
            }
        }
        double[] loads = hardware.getProcessor().getSystemLoadAverage(MINUTES.length);
        for (int i = 0; i < loads.length; i++) {
            if (loads[i] >= 0) {
                families.gauge(
                        "node_load" + MINUTES[i],
                        "Mean number of threads that run or wait, over " + MINUTES[i] + " min.",
                        loads[i]);
            }
        }
    }

    private static void fileSystem(Families families, OSFileStore store) {
        String[] labels = {"device", store.getVolume(), "fstype", store.getType(), "mountpoint", store.getMount()};
        if (store.getTotalSpace() > 0) {
            families.gauge(
                    "node_filesystem_size_bytes",
                    "Size of the file system, in bytes.",
                    (double) store.getTotalSpace(),
                    labels);
            families.gauge(
                    "node_filesystem_avail_bytes",
                    "Free space for users other than root, in bytes.",
                    (double) store.getUsableSpace(),
                    labels);
        }
    }
}
