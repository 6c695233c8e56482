package io.pepper.monitor.internal.agent;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pepper.document.InvalidFileException;
import io.pepper.monitor.internal.machine.FakeSystem;
import io.pepper.monitor.internal.machine.SystemFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Whatever stands in a web configuration or in the files of a node, it is refused by name, or gives metrics. */
@Tag("fuzz")
class AgentFuzzTest {
    private static final List<String> FILES = List.of(
            "proc/stat",
            "proc/meminfo",
            "proc/diskstats",
            "proc/net/dev",
            "proc/loadavg",
            "proc/self/mounts",
            "proc/device-tree/model",
            "sys/class/thermal/thermal_zone0/type",
            "sys/class/thermal/thermal_zone0/temp",
            "sys/class/powercap/intel-rapl:0/energy_uj",
            "sys/class/power_supply/BAT0/status",
            "sys/class/power_supply/BAT0/power_now",
            "sys/devices/platform/soc/soc:firmware/get_throttled",
            "etc/os-release");

    @TempDir
    static Path root;

    @FuzzTest(maxDuration = "60m")
    void web(byte[] data) throws IOException {
        try {
            WebConfig.read(Files.write(root.resolve("web.yml"), data));
        } catch (InvalidFileException refused) {
            if (!refused.getMessage().contains("web.yml")) {
                throw new IllegalStateException("without the file's name", refused);
            }
        }
    }

    @FuzzTest(maxDuration = "60m")
    void node(byte[] data) throws IOException {
        String[] texts = new String(data, StandardCharsets.UTF_8).split("\\|", -1);
        FakeSystem system = new FakeSystem(root).file("sys/class/power_supply/BAT0/type", "Battery");
        for (int i = 0; i < FILES.size(); i++) {
            system.file(FILES.get(i), i < texts.length ? texts[i] : "");
        }
        SystemFiles files = new SystemFiles(root);
        NodeFacts facts = new FactReader(files).read();
        Families families = new Families();
        for (NodePart part : List.of(
                new CharacteristicsPart(
                        files,
                        facts,
                        new NodeIdentity("node", FakeNode.UUID),
                        Map.of(),
                        new PowerMeter(files, () -> 0)),
                new SystemPart(files, Clock.systemUTC(), "node", facts.arch()),
                new ProcessorPart(files),
                new MemoryPart(files),
                new HeatPart(files),
                new FileSystemPart(files),
                new DiskPart(files),
                new NetworkPart(files))) {
            part.read(families);
        }
        families.snapshots();
    }
}
