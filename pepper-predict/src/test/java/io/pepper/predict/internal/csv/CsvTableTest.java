package io.pepper.predict.internal.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTableTest {
    private final List<Map<String, String>> rows = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private List<String> read(String text) throws IOException {
        return CsvTable.read(
                "test",
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                (line, values) -> rows.add(values),
                (line, problem) -> problems.add(line + ": " + problem));
    }

    @Test
    void readsWhatPeopleAndSpreadsheetsWrite() throws IOException {
        assertThat(read("\uFEFFa, b\r\n1,\"x, \"\"y\"\"\"\r\n\r\n , ü\r\n")).containsExactly("a", "b");
        assertThat(rows).containsExactly(Map.of("a", "1", "b", "x, \"y\""), Map.of("a", "", "b", "ü"));
        assertThat(problems).isEmpty();
    }

    @Test
    void invalidLinesAreNamed() throws IOException {
        read("a,b\n1\n1,2,3\n\"open,2\n1,2\n3,4");
        assertThat(rows).containsExactly(Map.of("a", "1", "b", "2"));
        assertThat(problems)
                .hasSize(4)
                .contains("2: 1 values where there are 2 columns", "3: 3 values where there are 2 columns")
                .anyMatch(problem -> problem.startsWith("4: "))
                .contains("6: torn: the last line has no line end");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"open,b\n1,2\n", "a,\"b\"c\n1,2\n", "\"\n"})
    void aBrokenHeaderIsRefusedByFileAndLine(String text) {
        assertThatThrownBy(() -> read(text))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageStartingWith("test:1: the column names: ");
    }

    @Test
    void twoColumnsOfOneNameAreRefused() {
        assertThatThrownBy(() -> read("a,b,a\n1,2,3\n")).hasMessage("test:1: there are two columns 'a'");
    }

    @Test
    void anEmptyFileHasNoRows() throws IOException {
        assertThat(read("")).isEmpty();
        assertThat(rows).isEmpty();
    }

    @Test
    void refusesALineWithoutEnd() {
        assertThatThrownBy(() -> read("a\n" + "x".repeat(17_000_000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("test:2: is longer than");
    }

    @Test
    void readsWhatItWrites() throws IOException {
        Random random = new Random(5);
        String letters = "ab,\";'0 é+";
        for (int trial = 0; trial < 1_000; trial++) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                StringBuilder value = new StringBuilder("v");
                for (int letter = random.nextInt(8); letter > 0; letter--) {
                    value.append(letters.charAt(random.nextInt(letters.length())));
                }
                values.add(value.append('v').toString());
            }
            rows.clear();
            read("a,b,c\n" + CsvTable.line(values));
            assertThat(rows).containsExactly(Map.of("a", values.get(0), "b", values.get(1), "c", values.get(2)));
        }
        assertThat(problems).isEmpty();
    }
}
