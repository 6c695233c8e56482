package io.pepper.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pepper.measure.internal.Quantiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A reader of ONNX Runtime's profile, an array of events in the format of Chrome's trace viewer. */
final class RuntimeProfile {
    private static final String KERNEL = "_kernel_time";

    private RuntimeProfile() {}

    private record Operator(String name, String type) {}

    /**
     * Returns the timing of each operator in the last runs.
     *
     * @param file the profile
     * @param runs number of runs that count; earlier ones are the warm-up
     */
    static List<ModelTiming.OperatorTiming> read(Path file, int runs) throws IOException {
        Map<Operator, List<Double>> seconds = new LinkedHashMap<>();
        JsonMapper mapper = JsonMapper.builder().build();
        try (MappingIterator<JsonNode> events = mapper.readerFor(JsonNode.class).readValues(file.toFile())) {
            while (events.hasNext()) {
                JsonNode event = events.next();
                String name = event.path("name").asText();
                if (event.path("cat").asText().equals("Node") && name.endsWith(KERNEL)) {
                    Operator operator = new Operator(
                            name.substring(0, name.length() - KERNEL.length()),
                            event.path("args").path("op_name").asText());
                    seconds.computeIfAbsent(operator, first -> new ArrayList<>())
                            .add(event.path("dur").asDouble() * 1e-6);
                }
            }
        }
        List<ModelTiming.OperatorTiming> timings = new ArrayList<>();
        seconds.forEach((operator, all) -> {
            List<Double> counted = all.subList(Math.max(0, all.size() - runs), all.size());
            double median = Quantiles.of(
                            counted.stream().mapToDouble(Double::doubleValue).toArray())
                    .median();
            timings.add(new ModelTiming.OperatorTiming(operator.name, operator.type, counted.size(), median));
        });
        return timings;
    }
}
