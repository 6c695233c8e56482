package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.ReadLimits;
import io.pepper.model.ReadOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

class ReadLimitsTest {
    private static Map<String, LongConsumer> setters(ReadLimits.Builder builder) {
        return Map.of(
                "structureBytes", builder::structureBytes,
                "memoryBytes", builder::memoryBytes,
                "fields", builder::fields,
                "operators", value -> builder.operators((int) value),
                "depth", value -> builder.depth((int) value),
                "nameBytes", value -> builder.nameBytes((int) value),
                "rank", value -> builder.rank((int) value),
                "dataFiles", value -> builder.dataFiles((int) value),
                "dataReuse", value -> builder.dataReuse((int) value));
    }

    @Test
    void eachLimitIsAtLeastOneAndSaysSo() {
        setters(ReadLimits.builder()).forEach((name, setter) -> {
            for (long wrong : new long[] {0, -1, Integer.MIN_VALUE}) {
                assertThatThrownBy(() -> setter.accept(wrong))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith(name + " is " + wrong + ", not 1 to ");
            }
            setter.accept(1);
        });
    }

    @Test
    void setLimitsAreReturned() {
        ReadLimits limits = ReadLimits.builder()
                .structureBytes(1)
                .memoryBytes(2)
                .fields(3)
                .operators(4)
                .depth(5)
                .nameBytes(6)
                .rank(7)
                .dataFiles(8)
                .dataReuse(9)
                .build();
        assertThat(List.of(limits.structureBytes(), limits.memoryBytes(), limits.fields()))
                .containsExactly(1L, 2L, 3L);
        assertThat(List.of(
                        limits.operators(),
                        limits.depth(),
                        limits.nameBytes(),
                        limits.rank(),
                        limits.dataFiles(),
                        limits.dataReuse()))
                .containsExactly(4, 5, 6, 7, 8, 9);
        assertThat(ReadLimits.DEFAULTS.operators()).isEqualTo(ReadLimits.DEFAULT_OPERATORS);
    }

    @Test
    void optionsKeepTheirOwnListOfRoots() {
        List<Path> roots = new ArrayList<>(List.of(Path.of("a")));
        ReadOptions options = new ReadOptions(ReadLimits.DEFAULTS, roots, false, false, Optional.empty(), Map.of());
        roots.add(Path.of("b"));
        assertThat(options.allowedRoots()).containsExactly(Path.of("a"));
        assertThat(options.withAllowedRoots(Path.of("c")).withHardLinks(true).withChecksums(true))
                .isEqualTo(new ReadOptions(
                        ReadLimits.DEFAULTS, List.of(Path.of("c")), true, true, Optional.empty(), Map.of()));
    }
}
