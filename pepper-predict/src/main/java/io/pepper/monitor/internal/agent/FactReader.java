package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.Machine;
import io.pepper.monitor.internal.machine.ProcessorTicks;
import io.pepper.monitor.internal.machine.SystemFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The reading of a node's facts from the files of Linux. */
final class FactReader {
    private static final String COMPUTER = "Computer";
    private static final String VIRTUAL = "Virtual Machine";
    private static final long KILOBYTE = 1024;
    private static final String DMI = "/sys/class/dmi/id/";
    private static final Pattern VIRTUAL_MAKERS = Pattern.compile(
            ".*(qemu|kvm|vmware|virtualbox|innotek|xen|bochs|parallels|bhyve|amazon ec2|google compute|openstack"
                    + "|virtual machine|dummy-virt|firecracker).*");
    private static final Pattern CARD = Pattern.compile("card\\d+");

    private final SystemFiles files;

    FactReader(SystemFiles files) {
        this.files = files;
    }

    NodeFacts read() {
        String arch = arch();
        int cores = ProcessorTicks.of(files.lines(files.path("/proc/stat"))).size();
        OptionalLong kilobytes = files.number(files.path("/proc/meminfo"), "MemTotal");
        return new NodeFacts(
                model(),
                isVirtual() ? VIRTUAL : COMPUTER,
                brand(),
                arch,
                arch.contains("64") ? 64 : 32,
                cores > 0 ? cores : Runtime.getRuntime().availableProcessors(),
                kilobytes.isPresent() ? OptionalLong.of(kilobytes.getAsLong() * KILOBYTE) : OptionalLong.empty(),
                system(),
                release("VERSION_ID"),
                gpus());
    }

    /** Returns the kind of device by which predictors are found: the same as that of measurements on the device. */
    private Optional<String> model() {
        return Machine.at(files.root()).model();
    }

    private String brand() {
        return files.field(files.path("/proc/cpuinfo"), "model name").orElse("");
    }

    /** Returns the instruction set of this process, which may be emulated, as {@code uname} would name it. */
    private static String arch() {
        String java = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return java.equals("amd64") ? "x86_64" : java;
    }

    private Optional<String> system() {
        return Stream.of(release("NAME"), release("PRETTY_NAME"), files.word(files.path("/proc/sys/kernel/ostype")))
                .filter(name -> !name.isEmpty())
                .findFirst();
    }

    private String release(String key) {
        return Stream.of("/etc/os-release", "/usr/lib/os-release")
                .flatMap(path -> files.lines(files.path(path)).stream())
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1).strip().replaceAll("^[\"']|[\"']$", ""))
                .findFirst()
                .orElse("");
    }

    private boolean isVirtual() {
        String described = Stream.of(DMI + "sys_vendor", DMI + "product_name", "/proc/device-tree/model")
                .map(path -> files.word(files.path(path)))
                .reduce("", (all, each) -> all + " " + each)
                .toLowerCase(Locale.ROOT);
        String flags = files.field(files.path("/proc/cpuinfo"), "flags").orElse("");
        return VIRTUAL_MAKERS.matcher(described).matches()
                || (" " + flags + " ").contains(" hypervisor ")
                || !files.word(files.path("/sys/hypervisor/type")).isEmpty();
    }

    /** Returns the graphics processors that the kernel drives. */
    private List<NodeFacts.Gpu> gpus() {
        List<NodeFacts.Gpu> found = new ArrayList<>();
        for (Path card : files.list("/sys/class/drm", "card[0-9]*")) {
            String name = String.valueOf(card.getFileName());
            List<String> event = files.lines(card.resolve("device/uevent"));
            String driver = value(event, "DRIVER");
            if (CARD.matcher(name).matches() && !driver.isEmpty()) {
                String kind = value(event, "OF_COMPATIBLE_0");
                String slot = value(event, "PCI_SLOT_NAME");
                String model = kind.isEmpty() ? value(event, "PCI_ID") : kind;
                found.add(new NodeFacts.Gpu(model.isEmpty() ? driver : model, driver, slot.isEmpty() ? name : slot));
            }
        }
        if (found.isEmpty() && !files.list("/sys/devices", "gpu.*").isEmpty()) {
            List<String> kinds = List.of(files.text(files.path("/proc/device-tree/compatible"))
                    .orElse("")
                    .split("\0", -1));
            kinds.stream()
                    .filter(kind -> kind.startsWith("nvidia,tegra"))
                    .findFirst()
                    .ifPresent(kind -> found.add(new NodeFacts.Gpu(kind, "nvidia", "gpu.0")));
        }
        return found;
    }

    private static String value(List<String> event, String key) {
        return event.stream()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1).strip())
                .findFirst()
                .orElse("");
    }
}
