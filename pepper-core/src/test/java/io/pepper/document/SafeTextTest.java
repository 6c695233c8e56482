package io.pepper.document;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTextTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0, 7, 8, 0x0a, 0x0d, 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x61c, 0x200b, 0x200d, 0x200e, 0x2028, 0x2029,
                0x202a, 0x202e, 0x2066, 0x2069, 0xfeff, 0xfff9, 0xfffe, 0xffff, 0xd800, 0xdfff
            })
    void charactersThatSteerOrHideAreWrittenAsNumbers(int character) {
        assertThat(SafeText.line("a" + (char) character + "b")).isEqualTo(String.format("a\\u%04xb", character));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x110bd, 0x1d173, 0xe0001, 0xe007f, 0x1fffe})
    void charactersBeyondTheBasicPlaneAreWrittenAsTwo(int character) {
        String text = Character.toString(character);
        assertThat(SafeText.lines(text))
                .isEqualTo(String.format("\\u%04x\\u%04x", (int) text.charAt(0), (int) text.charAt(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "größer 日本語 Ω", "\ud83d\ude00", "a\\u001b", "\u00a0\u3000"})
    void otherTextStaysTheSameObject(String text) {
        assertThat(SafeText.line(text)).isSameAs(text);
        assertThat(SafeText.lines(text)).isSameAs(text);
    }

    @Test
    void linesAndTabsStayWhereTheyAreAllowed() {
        assertThat(SafeText.lines("a\n\tb\r\nc")).isEqualTo("a\n\tb\r\nc");
        assertThat(SafeText.lines("a\rb")).isEqualTo("a\\u000db");
        assertThat(SafeText.line("a\n\tb\r\n")).isEqualTo("a\\u000a\\u0009b\\u000d\\u000a");
    }

    @Test
    void longTextIsCutOffBetweenCharacters() {
        assertThat(SafeText.line("abcd", 3)).isEqualTo("abc…");
        assertThat(SafeText.line("abc", 3)).isEqualTo("abc");
        assertThat(SafeText.line("ab\ud83d\ude00", 3)).isEqualTo("ab…");
        assertThat(SafeText.of("\u001b".repeat(3000)))
                .hasSize(6 * 2000 + 1)
                .startsWith("\\u001b")
                .endsWith("…");
    }

    @Test
    void errorsOfDocumentsAreSafe() {
        assertThat(new InvalidFileException("f\u001b.yaml", 3, "name '\u202e' is no name"))
                .hasMessage("f\\u001b.yaml:3: name '\\u202e' is no name");
    }
}
