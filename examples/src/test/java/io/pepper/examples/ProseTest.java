package io.pepper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The English of Javadoc and documents: constructions that are hard to read are banned. */
class ProseTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** Banned in Javadoc and in documents. */
    private static final List<Rule> EVERYWHERE = List.of(
            new Rule("\\bin the place of\\b", "instead of"),
            new Rule("\\bhalf of the times?\\b", "median"),
            new Rule("\\bso (?:many|much|few)\\b(?! (?:as|that)\\b)", "name the number: 'the given number of'"),
            new Rule("\\bso (?:large|small|long|high) an?\\b", "name the quantity: 'the given quantile'"),
            new Rule("\\bsaid so\\b", "say what is stated"),
            new Rule("\\bhears? of\\b", "receives, is notified of"),
            new Rule("\\bboth ways\\b", "in both directions, both alternatives"),
            new Rule("\\bhands? over\\b", "passes, delivers"),
            new Rule("\\bwithout a word\\b", "silently"),
            new Rule("\\b(?:nobody|somebody|whoever)\\b", "name who it is, or use the passive voice"),
            new Rule("\\bspeaks? of\\b", "uses, describes"),
            new Rule("\\b(?:is|are) not known\\b", "is unknown"),
            new Rule("\\bsays so\\b", "reports this, notes this"),
            new Rule("\\btyped in\\b", "entered by hand"),
            new Rule("\\bas they come\\b", "in the given order"),
            new Rule("\\b(?:goes|go) on\\b", "continues"),
            new Rule("\\b(?:is|are|was|be|been) said\\b", "is stated, is given, is named"),
            new Rule("\\bthat which\\b", "name the noun"),
            new Rule("\\b(?:the|a) begin\\b|\\bbegins? of\\b", "start of, partial plan"),
            new Rule("\\bcontent with less\\b", "stops once"),
            new Rule("\\bcan come by\\b", "can reach"),
            new Rule("\\banew\\b", "again"),
            new Rule("\\bbut for\\b", "except for"),
            new Rule("\\bwhat so\\b", "name the noun"),
            new Rule("\\bonly that is\\b", "say who keeps what"),
            new Rule("\\bis one of its own\\b", "is separate"),
            new Rule("\\beach for itself\\b", "separately"),
            new Rule("\\bleast of all\\b", "smallest"),
            new Rule("\\bthe most inferences in a second\\b", "highest throughput"));

    /** Banned in Javadoc alone. A comment begins with its summary. */
    private static final List<Rule> IN_JAVADOC = List.of(
            new Rule("\\bsee the record\\b", "state meaning, unit and range"),
            new Rule(
                    "^(?:What|How|Whether|Where|Who|Why|When|Those|That)\\b",
                    "a noun phrase for a type, 'Returns …' for a method"),
            new Rule("@return (?:what|that|those|the one)\\b", "name the noun"));

    private static final Pattern JAVADOC = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);
    private static final Pattern FENCED_CODE = Pattern.compile("^```.*?^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern LINE_START = Pattern.compile("\\s*\\n\\s*(?:\\* ?)?");

    /** A banned construction and what to write instead. */
    private record Rule(Pattern banned, String instead) {
        Rule(String banned, String instead) {
            this(Pattern.compile(banned, Pattern.CASE_INSENSITIVE), instead);
        }
    }

    /** Each finding with its file, words and suggestion. */
    private final List<String> findings = new ArrayList<>();

    @Test
    void javadocAndDocumentsReadWell() throws IOException {
        for (Path file : files()) {
            String text = Files.readString(file).replace("\r\n", "\n");
            if (file.toString().endsWith(".md")) {
                check(file, FENCED_CODE.matcher(text).replaceAll(""), EVERYWHERE);
            } else {
                for (MatchResult comment : JAVADOC.matcher(text).results().toList()) {
                    check(file, comment.group(1), EVERYWHERE);
                    check(file, comment.group(1), IN_JAVADOC);
                }
            }
        }
        assertThat(findings).as("banned constructions").isEmpty();
    }

    @Test
    void theRulesFindWhatTheyBan() {
        check(ROOT.resolve("some/A.java"), " What a plan\n * costs, in the\n * place of a table. ", EVERYWHERE);
        check(ROOT.resolve("some/A.java"), " What a plan\n * costs. ", IN_JAVADOC);
        check(ROOT.resolve("some/A.java"), "\n * Returns what a plan costs, so much that it hurts.\n", IN_JAVADOC);
        check(ROOT.resolve("some/B.java"), " Returns as many as the given number, so many that it hurts. ", EVERYWHERE);
        assertThat(findings)
                .hasSize(2)
                .anySatisfy(found -> assertThat(found).contains("some/A.java", "'in the place of'", "instead of"))
                .anySatisfy(found -> assertThat(found).contains("some/A.java", "'What'", "noun phrase"));
    }

    private void check(Path file, String text, List<Rule> rules) {
        String joined = LINE_START.matcher(text).replaceAll(" ").strip();
        String name = ROOT.relativize(file).toString().replace('\\', '/');
        for (Rule rule : rules) {
            rule.banned()
                    .matcher(joined)
                    .results()
                    .forEach(match -> findings.add(name + ": '" + match.group() + "' in '" + around(joined, match)
                            + "'. Better: " + rule.instead()));
        }
    }

    private static String around(String text, MatchResult match) {
        return text.substring(Math.max(0, match.start() - 40), Math.min(text.length(), match.end() + 40));
    }

    /** All Markdown documents, and all Java sources that are not tests. */
    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(ROOT)) {
            List<Path> found = all.filter(file -> {
                        String name = ROOT.relativize(file).toString().replace('\\', '/');
                        boolean document = name.endsWith(".md");
                        boolean source = name.endsWith(".java") && name.contains("/src/main/java/");
                        return (document || source) && !name.matches("(.*/)?(target|\\.[^/]+)/.*");
                    })
                    .sorted()
                    .toList();
            assertThat(found).anyMatch(file -> file.endsWith("README.md")).hasSizeGreaterThan(100);
            return found;
        }
    }
}
