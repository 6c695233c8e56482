package io.pepper.bench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads the results that JMH writes with {@code -rf json}. */
final class JmhResults {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JmhResults() {}

    static List<Measured> read(Path file) throws IOException {
        JsonNode results = JSON.readTree(file.toFile());
        if (!results.isArray()) {
            throw new IOException(file + ": not a result of JMH: an array is needed (-rf json)");
        }
        List<Measured> measured = new ArrayList<>();
        for (JsonNode result : results) {
            measured.add(measured(result, file));
        }
        return measured;
    }

    private static Measured measured(JsonNode result, Path file) throws IOException {
        Map<String, String> parameters = new TreeMap<>();
        for (Map.Entry<String, JsonNode> parameter : result.path("params").properties()) {
            parameters.put(parameter.getKey(), parameter.getValue().asText());
        }
        String name = name(result.path("benchmark").asText(), parameters);
        JsonNode metric = result.path("primaryMetric");
        JsonNode forks = metric.path("rawData");
        if (forks.isEmpty()) {
            throw new IOException(file + ": " + name + ": no rawData; run it in mode avgt, thrpt or ss");
        }
        double[] values = new double[forks.size()];
        for (int fork = 0; fork < values.length; fork++) {
            values[fork] = median(forks.get(fork), name, file);
        }
        return new Measured(name, metric.path("scoreUnit").asText(), values);
    }

    private static double median(JsonNode iterations, String name, Path file) throws IOException {
        if (iterations.isEmpty()) {
            throw new IOException(file + ": " + name + ": a fork without iterations");
        }
        double[] scores = new double[iterations.size()];
        for (int i = 0; i < scores.length; i++) {
            JsonNode score = iterations.get(i);
            if (!score.isNumber() || !(score.asDouble() > 0) || Double.isInfinite(score.asDouble())) {
                throw new IOException(file + ": " + name + ": the score of an iteration is " + score
                        + "; a positive number is needed");
            }
            scores[i] = score.asDouble();
        }
        return Spread.median(scores);
    }

    /** The class without its package, the method, and the parameters in the order of their names. */
    static String name(String benchmark, Map<String, String> parameters) {
        int method = benchmark.lastIndexOf('.');
        String name = benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
        if (parameters.isEmpty()) {
            return name;
        }
        StringBuilder text = new StringBuilder(name).append('(');
        new TreeMap<>(parameters).forEach((key, value) -> text.append(text.charAt(text.length() - 1) == '(' ? "" : ", ")
                .append(key)
                .append('=')
                .append(value));
        return text.append(')').toString();
    }
}
