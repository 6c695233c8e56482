package io.pepper.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.document.InvalidFileException;
import org.junit.jupiter.api.Test;

class DocumentTest {
    /** The parser's own reader fails where its buffer, of 1,024 characters by default, ends inside of such a one. */
    @Test
    void charactersBeyondTheBasicPlaneMayBeAnywhere() throws InvalidFileException {
        for (int before = 0; before < 4_200; before++) {
            String text = "x".repeat(before) + "\uD83D\uDE00";
            assertThat(Document.read(text, "emoji")).isEqualTo(new Value.Scalar(1, text, false));
        }
    }

    @Test
    void halfACharacterIsRefused() {
        for (int before = 1_000; before < 1_050; before++) {
            String text = "x".repeat(before) + "\uD83D";
            assertThatThrownBy(() -> Document.read(text, "half")).isInstanceOf(InvalidFileException.class);
        }
    }
}
