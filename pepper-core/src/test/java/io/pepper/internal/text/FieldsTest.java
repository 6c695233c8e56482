package io.pepper.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.Cluster;
import io.pepper.document.InvalidFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {
    private static Fields written(String yaml) throws InvalidFileException {
        return Fields.of("f", Document.read(yaml, "f"));
    }

    private static Fields json(String json) throws InvalidFileException {
        return Fields.ofJson("f", Document.read(json, "f"));
    }

    @Test
    void peopleMayWriteNumbersAndTextsWithAndWithoutQuotationMarks() throws InvalidFileException {
        Fields fields = written("{a: '5', b: 5, c: 'true', d: null}");
        assertThat(fields.requiredNumber("a")).isEqualTo(5);
        assertThat(fields.requiredText("b")).isEqualTo("5");
        assertThat(fields.flag("c")).contains(true);
        assertThat(fields.text("d")).isEmpty();
        assertThat(fields.fields("d").names()).isEmpty();
    }

    @Test
    void textsOfJsonAreNotNumbers() throws InvalidFileException {
        Fields fields = json("{\"a\": \"5\", \"b\": 5, \"c\": \"true\", \"d\": null}");
        assertThatThrownBy(() -> fields.requiredNumber("a"))
                .hasMessage("f:1: a: a number is expected, found the text '5'");
        assertThatThrownBy(() -> fields.requiredText("b")).hasMessage("f:1: b: a text is expected, found '5'");
        assertThatThrownBy(() -> fields.flag("c"))
                .hasMessage("f:1: c: true or false is expected, found the text 'true'");
        assertThatThrownBy(() -> fields.fields("d")).hasMessage("f:1: d: fields are expected, found 'null'");
        assertThatThrownBy(() -> fields.requiredText("d")).hasMessage("f:1: d: has no value");
        assertThatThrownBy(() -> fields.with("e")).hasMessage("f:1: e: is missing");
    }

    @ParameterizedTest
    @ValueSource(ints = {1_001, 100_000, 1_000_000})
    void numbersOfEndlessDigitsAreRefusedUnread(int digits) throws InvalidFileException {
        Fields fields = written("a: " + "9".repeat(digits));
        assertThatThrownBy(() -> fields.requiredNumber("a"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageMatching("f:1: a: a number is expected, found '9{60}…'");
        assertThatThrownBy(() -> fields.whole("a", Long.MAX_VALUE)).isInstanceOf(InvalidFileException.class);
    }

    @Test
    void messagesShortenLongNames() {
        String name = "n".repeat(100_000);
        assertThatThrownBy(() -> written("{? " + name + " : 1, ? " + name + " : 2}"))
                .message()
                .hasSizeLessThan(200);
        assertThatThrownBy(() -> written("{? " + name + " : 1}").end())
                .message()
                .hasSizeLessThan(3_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "list: [{a: 1}, {a: x}] | f:1: list[1].a: a number is expected, found 'x'",
                "list: [{a: 1}, 7] | f:1: list[1]: fields are expected, found '7'",
                "list: {} | f:1: list: a list is expected, found a mapping",
                "other: [] | f:1: list: is missing",
                "list:\\n  - a: 1\\n  - b: 2 | f:3: list[1].a: is missing"
            })
    void elementsOfListsAreNamedByTheirNumber(String yaml, String message) {
        assertThatThrownBy(() -> {
                    for (Fields each : written(yaml.replace("\\n", "\n")).list("list")) {
                        each.requiredNumber("a");
                    }
                })
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(message);
    }

    @Test
    void aPartOfADocumentIsReadWithItsLinesAndPath() throws InvalidFileException {
        Fields whole = json("{\"cluster\":\n{\"devices\":\n{\"a\": {}, \"b\": {\"threads\":\n\"many\"}}}}");
        assertThatThrownBy(() -> FieldReaders.read(Cluster.class, whole.fields("cluster")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith("f:4: cluster.devices.b.threads: a whole number")
                .hasMessageEndingWith("found the text 'many'");
        Fields sound = json("{\"cluster\": {\"devices\": {\"a\": {}}}}").fields("cluster");
        assertThat(FieldReaders.read(Cluster.class, sound)).isEqualTo(Cluster.parse("devices: {a: {}}", "c"));
        assertThatThrownBy(() -> FieldReaders.read(String.class, sound)).isInstanceOf(IllegalStateException.class);
    }
}
