import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;

/**
 * Made xgboost-2.1-java.json, xgboost-3.4-java.json and the .csv beside each: rows, and what that version of XGBoost scores them.
 * Run with the jar of xgboost4j_2.12 of the version (2.1.4, 3.4.0) and commons-logging on the class path:
 * {@code java -cp JARS XgboostVersions.java xgboost-3.4-java}.
 */
public final class XgboostVersions {
    private XgboostVersions() {}

    public static void main(String[] args) throws Exception {
        Random random = new Random(7);
        float[] rows = rows(random, 400);
        float[] labels = new float[400];
        for (int i = 0; i < labels.length; i++) {
            float first = rows[i * 10];
            labels[i] = (Float.isNaN(first) ? 0.4f : first) + (float) Math.sin(Float.isNaN(rows[i * 10 + 3]) ? 0 : rows[i * 10 + 3]) + 2;
        }
        DMatrix learned = new DMatrix(rows, 400, 10, Float.NaN);
        learned.setLabel(labels);
        Booster booster = XGBoost.train(
                learned, Map.of("objective", "reg:squarederror", "max_depth", 4, "eta", 0.2, "nthread", 1), 30, Map.of(), null, null);
        booster.saveModel(args[0] + ".json");
        float[] asked = rows(random, 60);
        float[][] scores = booster.predict(new DMatrix(asked, 60, 10, Float.NaN));
        StringBuilder csv = new StringBuilder();
        for (int row = 0; row < 60; row++) {
            for (int i = 0; i < 10; i++) {
                float value = asked[row * 10 + i];
                csv.append(Float.isNaN(value) ? "" : String.valueOf(value)).append(',');
            }
            csv.append(scores[row][0]).append('\n');
        }
        Files.writeString(Path.of(args[0] + ".csv"), csv);
    }

    private static float[] rows(Random random, int count) {
        float[] rows = new float[count * 10];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.nextInt(10) == 0 ? Float.NaN : (float) (random.nextGaussian() * Math.pow(10, i % 10 - 4));
        }
        return rows;
    }
}
