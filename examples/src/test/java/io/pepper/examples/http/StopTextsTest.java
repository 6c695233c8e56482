package io.pepper.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopTextsTest {
    /** However a text is cut, what is given is the text before the first stop. */
    @Test
    void theAnswerDoesNotDependOnThePieces() {
        Random random = new Random(8);
        for (int i = 0; i < 5000; i++) {
            String text = letters(random, random.nextInt(14));
            List<String> stops =
                    List.of(letters(random, 1 + random.nextInt(4)), letters(random, 1 + random.nextInt(3)));
            int end = end(text, stops);
            StopTexts filter = new StopTexts(stops);
            StringBuilder given = new StringBuilder();
            int from = 0;
            while (from < text.length()) {
                int to = Math.min(text.length(), from + random.nextInt(4));
                given.append(filter.add(text.substring(from, to)));
                assertThat(text.substring(0, end)).startsWith(given.toString());
                from = to;
            }
            boolean isFound = stops.stream().anyMatch(text::contains);
            assertThat(filter.isFound()).as("%s in %s", stops, text).isEqualTo(isFound);
            assertThat(given + filter.end()).as("%s in %s", stops, text).isEqualTo(text.substring(0, end));
        }
    }

    /** Where the stop that is complete first begins; of two that are so, the longer one. */
    private static int end(String text, List<String> stops) {
        for (int behind = 1; behind <= text.length(); behind++) {
            String begin = text.substring(0, behind);
            int longest = stops.stream()
                    .filter(begin::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return behind - longest;
            }
        }
        return text.length();
    }

    private static String letters(Random random, int length) {
        return random.ints(length, 'a', 'c')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Test
    void withoutStopsNothingIsHeldBack() {
        StopTexts filter = new StopTexts(List.of());
        assertThat(filter.add("abc")).isEqualTo("abc");
        assertThat(filter.end()).isEmpty();
    }
}
