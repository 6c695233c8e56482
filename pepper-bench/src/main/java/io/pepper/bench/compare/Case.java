package io.pepper.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A benchmark with one value for each of its parameters. */
record Case(String benchmark, Map<String, String> parameters) {
    private static final Pattern PARAMETER = Pattern.compile("\\s+param \"([^\"]+)\" = \\{(.*)\\}");

    Case {
        parameters = Map.copyOf(parameters);
    }

    String name() {
        return JmhResults.name(benchmark, parameters);
    }

    /** The arguments that let JMH run this case alone. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add("^" + Pattern.quote(benchmark) + "$");
        new TreeMap<>(parameters).forEach((name, value) -> arguments.addAll(List.of("-p", name + "=" + value)));
        return arguments;
    }

    /** Reads what JMH prints for {@code -lp}: each benchmark, with its parameters below. */
    static List<Case> parse(List<String> listing) {
        List<Case> cases = new ArrayList<>();
        List<Case> current = new ArrayList<>();
        for (String line : listing) {
            Matcher parameter = PARAMETER.matcher(line);
            if (parameter.matches()) {
                current = with(current, parameter.group(1), parameter.group(2).split(", ", -1));
            } else if (line.matches("[\\w$.]+\\.[\\w$]+")) {
                cases.addAll(current);
                current = List.of(new Case(line, Map.of()));
            }
        }
        cases.addAll(current);
        return cases;
    }

    private static List<Case> with(List<Case> cases, String parameter, String[] values) {
        List<Case> all = new ArrayList<>();
        for (Case one : cases) {
            for (String value : values) {
                Map<String, String> parameters = new TreeMap<>(one.parameters);
                parameters.put(parameter, value);
                all.add(new Case(one.benchmark, parameters));
            }
        }
        return all;
    }
}
