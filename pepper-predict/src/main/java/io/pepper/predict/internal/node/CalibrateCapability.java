package io.pepper.predict.internal.node;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.cluster.DeviceState;
import io.pepper.distributed.CapabilityTask;
import io.pepper.distributed.NodeCapability;
import io.pepper.internal.text.Document;
import io.pepper.internal.text.Fields;
import io.pepper.predict.DeviceCalibration;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.MeasuredCalibration;
import io.pepper.predict.StarterPredictors;
import io.pepper.predict.StoredPredictor;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The capability {@code calibrate}: a calibration of the node's device. A stopped one continues with its measurements. The
 * results are the files {@code predictor.json} and {@code measurements.csv}. Stateless and therefore thread-safe.
 *
 * <p>The arguments have the fields {@code threads}, {@code seconds}, and {@code predictors}: predictors of other devices, each the
 * name of a file of the request, or {@code starter:KIND} for one that comes with the library ({@code starter:all} for all).
 */
public final class CalibrateCapability implements NodeCapability {
    private static final String SOURCE = "the request";
    private static final String STARTER = "starter:";
    private static final String ALL = "all";
    private static final int MAX_THREADS = 1_024;
    private static final double MAX_SECONDS = 86_400;
    private static final double MILLIS = 1e3;

    /** Prepares, for the service loader. */
    public CalibrateCapability() {}

    @Override
    public String name() {
        return "calibrate";
    }

    @Override
    public boolean isProtected() {
        return true;
    }

    @Override
    public void perform(CapabilityTask task) throws IOException {
        MeasuredCalibration plan = plan(task);
        Path csv = task.directory().resolve("campaign.csv");
        DeviceState unknown = DeviceState.of(task.device());
        DeviceState here = task.kind()
                .map(kind -> unknown.withPlatform(unknown.platform().withKind(kind)))
                .orElse(unknown);
        DeviceCalibration calibration = plan.run(() -> here, csv, task::progress);
        Path results = task.directory().resolve(CapabilityTask.RESULTS);
        calibration.predictor().save(results.resolve("predictor.json"));
        LatencyDataset.read(csv).write(results.resolve("measurements.csv"));
        task.answer(answer(calibration));
    }

    private static MeasuredCalibration plan(CapabilityTask task) throws IOException {
        Fields fields = Fields.ofJson(SOURCE, Document.read(task.arguments(), SOURCE));
        int threads = (int) fields.requiredWhole("threads", MAX_THREADS);
        double seconds = fields.requiredNumber("seconds");
        if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
            throw fields.error("seconds", seconds + " is not more than 0 and at most " + MAX_SECONDS);
        }
        List<LatencyPredictor> bases = new ArrayList<>();
        for (String name : fields.texts("predictors")) {
            bases.addAll(load(name, task));
        }
        fields.end();
        return fields.made(() -> MeasuredCalibration.of(bases)
                .withThreads(threads)
                .withLimit(Duration.ofMillis(Math.max(1, Math.round(seconds * MILLIS)))));
    }

    private static List<LatencyPredictor> load(String name, CapabilityTask task) throws IOException {
        if (!name.startsWith(STARTER)) {
            Path file = task.files().get(name);
            if (file == null) {
                throw new IOException("the predictor '" + name + "' was not sent");
            }
            return List.of(StoredPredictor.load(file));
        }
        String kind = name.substring(STARTER.length());
        return kind.equals(ALL)
                ? StarterPredictors.all()
                : List.of(StarterPredictors.of(kind)
                        .orElseThrow(() -> new IOException("there is no starter predictor for '" + kind + "' here")));
    }

    private static String answer(DeviceCalibration calibration) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("leastCertain", calibration.leastCertain(List.of()));
            json.writeArrayFieldStart("notes");
            for (String note : calibration.notes()) {
                json.writeString(note);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }
}
