package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
    private static List<String> lines(Table table) {
        StringWriter out = new StringWriter();
        table.print(new PrintWriter(out));
        return out.toString().lines().toList();
    }

    @Test
    void columnsBeginBelowTheirHeadings() {
        Table table = new Table("part", "device", "");
        table.row("1", "a long name", "");
        table.row("22222", "b", "fits");
        assertThat(lines(table))
                .containsExactly(
                        "part   device", "-----  -----------  ----", "1      a long name", "22222  b            fits");
    }

    @Test
    void factsHaveNoHeadingAndAreIndented() {
        Table facts = Table.ofFacts();
        assertThat(facts.isEmpty()).isTrue();
        facts.row("weights", "98 KiB");
        facts.row("in", "x".repeat(200));
        assertThat(lines(facts)).containsExactly("  weights     98 KiB", "  in          " + "x".repeat(200));
    }

    @Test
    void aTableWithoutRowsIsItsHeading() {
        Table table = new Table("a", "bb");
        assertThat(table.isEmpty()).isTrue();
        assertThat(lines(table)).containsExactly("a  bb", "-  --");
    }

    /** Picocli has a markup of its own, which users' names may look like. */
    @ParameterizedTest
    @ValueSource(strings = {"@|bold x|@", "@|", "a@|red b|@c@|", "|@", "${x}", "%n", "張量", "größe", "é"})
    void anyNameIsPrintedAsItIs(String name) {
        Table table = new Table("name", "n");
        table.row(name, "1");
        assertThat(lines(table).get(2)).startsWith(name + " ").endsWith("1");
    }

    @Test
    void longNamesAreShortenedAndControlCharactersStayOut() {
        Table table = new Table("name", "n");
        table.row("y".repeat(300), "1");
        table.row("a\nb\u001b[31m", "2");
        assertThat(lines(table)).hasSize(4);
        assertThat(lines(table).get(2)).isEqualTo("y".repeat(79) + "…  1");
        assertThat(lines(table).get(3)).doesNotContain("\u001b");
    }
}
