package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees of a file may have so many nodes together and no more, whichever of their arrays is long. */
class RawTreesTest {
    private static int read(long most, String... trees) throws IOException {
        String array = "[" + String.join(",", trees) + "]";
        int[] read = new int[1];
        JsonReader.read(new ByteArrayInputStream(array.getBytes(StandardCharsets.UTF_8)), "trees", json -> {
            RawTrees raw = new RawTrees(json, most);
            json.array(raw::add);
            read[0] = raw.size();
        });
        return read[0];
    }

    private static String tree(String longField, int length) {
        String zeros = String.join(",", Collections.nCopies(length, "0"));
        return "{\"left_children\":[-1],\"" + longField + "\":[" + zeros + "]}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "left_children",
                "right_children",
                "split_indices",
                "default_left",
                "split_conditions",
                "split_type"
            })
    void anArrayBeyondTheBoundIsRefused(String field) throws IOException {
        assertThat(read(10, tree(field, 10))).isEqualTo(1);
        assertThatThrownBy(() -> read(10, tree(field, 11)))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining(field + ".[10]: there are more numbers than the 10 that are allowed");
    }

    @Test
    void allTreesTogetherAreBounded() {
        assertThatThrownBy(() ->
                        read(25, tree("right_children", 10), tree("split_indices", 10), tree("left_children", 10)))
                .hasMessageContaining("[2].left_children.[5]: there are more numbers than the 5 that are allowed");
    }
}
