package io.pepper.predict.internal.node;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.distributed.CapabilityTask;
import io.pepper.distributed.NodeCapability;
import io.pepper.model.Isolation;
import io.pepper.model.ReadOptions;
import io.pepper.predict.CampaignOptions;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyProfiler;
import io.pepper.session.TemporaryDirectory;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;

/**
 * The capability {@code profile}: a measuring campaign on the node. A stopped campaign resumes in the directory of its task.
 * The result is the file {@code measurements.csv}. Stateless and therefore thread-safe.
 */
public final class ProfileCapability implements NodeCapability {
    /** The name of the result. */
    private static final String MEASUREMENTS = "measurements.csv";

    private static final int MAX_PROBLEMS = 100;
    private static final int MAX_PROBLEM = 1_000;

    /** Prepares, for the service loader. */
    public ProfileCapability() {}

    @Override
    public String name() {
        return "profile";
    }

    @Override
    public boolean isProtected() {
        return true;
    }

    @Override
    public void perform(CapabilityTask task) throws IOException {
        CampaignOptions options = CampaignOptions.fromJson(task.arguments(), task.files());
        Path csv = task.directory().resolve("campaign.csv");
        LatencyProfiler.check(csv);
        LatencyDataset data;
        try (TemporaryDirectory work = TemporaryDirectory.create("pieces-")) {
            options.requireRunning(Isolation.DEFAULTS, task::progress);
            data = options.measure(
                    options.targets(
                            work.path(), ReadOptions.DEFAULTS.withIsolation(Isolation.DEFAULTS), task::progress),
                    task.device(),
                    task.kind(),
                    csv,
                    task::progress);
        }
        data.write(task.directory().resolve(CapabilityTask.RESULTS).resolve(MEASUREMENTS));
        task.answer(answer(data));
    }

    private static String answer(LatencyDataset data) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("records", data.records().size());
            json.writeArrayFieldStart("problems");
            List<String> problems = data.problems();
            for (String problem : problems.subList(0, Math.min(MAX_PROBLEMS, problems.size()))) {
                json.writeString(problem.substring(0, Math.min(MAX_PROBLEM, problem.length())));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }
}
