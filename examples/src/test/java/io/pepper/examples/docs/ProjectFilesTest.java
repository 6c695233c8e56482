package io.pepper.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files that a contributor and GitHub read agree with one another and with the project. */
class ProjectFilesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern TARGET = Pattern.compile("^([a-z][a-z-]*):(.*)$", Pattern.MULTILINE);
    /** A task in backquotes, or a line of a code block. */
    private static final Pattern TASK =
            Pattern.compile("(?:`|^)make ([a-z][a-z-]*)((?: [A-Z_]+=[^`\n]*)?)(?:`|\\s*#|\\s*$)", Pattern.MULTILINE);

    private static final Pattern ARGUMENT = Pattern.compile("\\b([A-Z_]+)=");
    private static final Set<String> ELEMENTS = Set.of("markdown", "textarea", "input", "dropdown", "checkboxes");

    @Test
    void contributingNamesEveryTaskOfTheMakefileAndNoOther() throws IOException {
        assertThat(tasksOf("CONTRIBUTING.md")).isEqualTo(targets());
    }

    @Test
    void documentsNameNoTaskThatTheMakefileLacks() throws IOException {
        for (Path document : documents()) {
            String name = ROOT.relativize(document).toString();
            assertThat(targets()).as(name).containsAll(tasksOf(name));
        }
    }

    @Test
    void argumentsOfTasksAreVariablesOfTheMakefile() throws IOException {
        String makefile = read("Makefile");
        int found = 0;
        for (Path document : documents()) {
            Matcher task = TASK.matcher(Files.readString(document));
            while (task.find()) {
                Matcher argument = ARGUMENT.matcher(task.group(2));
                while (argument.find()) {
                    found++;
                    assertThat(makefile).as("%s in %s", task.group(), document).contains("$(" + argument.group(1));
                }
            }
        }
        assertThat(found).isGreaterThan(3);
    }

    @Test
    void everyTaskHasAHelpLineAndIsPhony() throws IOException {
        String makefile = read("Makefile");
        String phony = makefile.substring(makefile.indexOf(".PHONY:"));
        Matcher target = TARGET.matcher(makefile);
        while (target.find()) {
            assertThat(target.group(2)).as(target.group(1)).matches(".*## [A-Z].*");
            assertThat(phony.split("\\s+", -1)).contains(target.group(1));
        }
    }

    @Test
    void ownedPathsExist() throws IOException {
        List<String> patterns = read(".github/CODEOWNERS")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        assertThat(patterns).hasSizeGreaterThan(3).allSatisfy(line -> {
            String[] words = line.split("\\s+", -1);
            assertThat(words).hasSizeGreaterThan(1);
            assertThat(List.of(words).subList(1, words.length)).allMatch(owner -> owner.matches("@[\\w-]+/[\\w-]+"));
            assertThat(words[0].equals("*") || Files.exists(ROOT.resolve(words[0].replaceFirst("^/", ""))))
                    .as(line)
                    .isTrue();
        });
    }

    @Test
    void dependabotHoldsBackOnlyDependenciesOfThePom() throws IOException {
        String pom = read("pom.xml");
        List<?> updates = (List<?>) yaml(".github/dependabot.yml").get("updates");
        List<String> held = new ArrayList<>();
        for (Object update : updates) {
            Object ignored = ((Map<?, ?>) update).get("ignore");
            if (ignored != null) {
                for (Object entry : (List<?>) ignored) {
                    held.add((String) ((Map<?, ?>) entry).get("dependency-name"));
                }
            }
        }
        assertThat(held).isNotEmpty().allSatisfy(name -> {
            String[] coordinates = name.split(":", -1);
            assertThat(pom)
                    .containsPattern("<groupId>" + Pattern.quote(coordinates[0]) + "</groupId>\\s*<artifactId>"
                            + Pattern.quote(coordinates[1]) + "</artifactId>");
        });
    }

    @Test
    void issueFormsHaveWhatGithubRequires() throws IOException {
        for (String form : List.of("bug.yml", "feature.yml")) {
            Map<?, ?> fields = yaml(".github/ISSUE_TEMPLATE/" + form);
            assertThat(fields.get("name")).as(form).isInstanceOf(String.class);
            assertThat(fields.get("description")).as(form).isInstanceOf(String.class);
            Set<Object> ids = new HashSet<>();
            for (Object element : (List<?>) fields.get("body")) {
                Map<?, ?> field = (Map<?, ?>) element;
                Map<?, ?> attributes = (Map<?, ?>) field.get("attributes");
                assertThat(ELEMENTS).contains((String) field.get("type"));
                if (field.get("type").equals("markdown")) {
                    assertThat(attributes.get("value")).as(form).isInstanceOf(String.class);
                } else {
                    assertThat(attributes.get("label")).as(form).isInstanceOf(String.class);
                    assertThat(ids.add(field.get("id")))
                            .as("%s: %s", form, field)
                            .isTrue();
                }
            }
            assertThat(ids).hasSizeGreaterThan(2).doesNotContainNull();
        }
    }

    @Test
    void theWrapperChecksWhatItFetchesAndCarriesNoJar() throws IOException {
        Properties wrapper = new Properties();
        try (var in = Files.newBufferedReader(ROOT.resolve(".mvn/wrapper/maven-wrapper.properties"))) {
            wrapper.load(in);
        }
        assertThat(wrapper.getProperty("distributionType")).isEqualTo("only-script");
        assertThat(wrapper.getProperty("distributionUrl")).startsWith("https://repo.maven.apache.org/maven2/");
        assertThat(wrapper.getProperty("distributionSha256Sum")).matches("[0-9a-f]{64}");
        assertThat(ROOT.resolve(".mvn/wrapper/maven-wrapper.jar")).doesNotExist();
    }

    private static Set<String> targets() throws IOException {
        Set<String> targets = new TreeSet<>();
        Matcher target = TARGET.matcher(read("Makefile"));
        while (target.find()) {
            targets.add(target.group(1));
        }
        assertThat(targets).contains("help", "test");
        return targets;
    }

    private static Set<String> tasksOf(String document) throws IOException {
        Set<String> tasks = new TreeSet<>();
        Matcher task = TASK.matcher(read(document));
        while (task.find()) {
            tasks.add(task.group(1));
        }
        return tasks;
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            List<Path> documents = new ArrayList<>(
                    files.filter(file -> file.toString().endsWith(".md")).toList());
            for (String name : List.of(
                    "README.md",
                    "CONTRIBUTING.md",
                    "SECURITY.md",
                    "examples/README.md",
                    ".github/pull_request_template.md")) {
                documents.add(ROOT.resolve(name));
            }
            return documents;
        }
    }

    private static String read(String name) throws IOException {
        return Files.readString(ROOT.resolve(name)).replace("\r\n", "\n");
    }

    private static Map<?, ?> yaml(String name) throws IOException {
        return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(read(name));
    }
}
