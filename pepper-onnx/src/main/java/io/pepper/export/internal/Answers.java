package io.pepper.export.internal;

import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Copies of the outputs of a run, for comparison with another run. Immutable. */
public final class Answers {
    private final Map<String, Snapshot> outputs = new LinkedHashMap<>();

    private Answers() {}

    /**
     * Copies outputs.
     *
     * @param values the outputs by name
     * @return the copies
     * @throws OrtException if an output cannot be read
     */
    public static Answers of(Map<String, OnnxValue> values) throws OrtException {
        Answers answers = new Answers();
        for (Map.Entry<String, OnnxValue> value : values.entrySet()) {
            answers.outputs.put(value.getKey(), Snapshot.of(value.getValue()));
        }
        return answers;
    }

    /**
     * The difference of other outputs from these.
     *
     * @param identical whether all bits agree
     * @param within whether every element is within the tolerance
     * @param absolute the largest absolute difference
     * @param relative the largest relative difference
     * @param output the name of the output with the largest difference; empty if there is none
     */
    public record Comparison(boolean identical, boolean within, double absolute, double relative, String output) {}

    /**
     * Compares other outputs with these.
     *
     * @param others the other outputs by name
     * @param absolute the absolute tolerance
     * @param relative the relative tolerance, which is added to the absolute one
     * @return the difference
     * @throws OrtException if an output cannot be read
     */
    public Comparison compare(Map<String, OnnxValue> others, double absolute, double relative) throws OrtException {
        Difference all = Difference.NONE;
        String worst = "";
        for (Map.Entry<String, Snapshot> output : outputs.entrySet()) {
            OnnxValue other = others.get(output.getKey());
            Difference one = other == null
                    ? Difference.UNLIKE
                    : Difference.of(output.getValue(), Snapshot.of(other), absolute, relative);
            if (!one.identical() && (worst.isEmpty() || one.absolute() > all.absolute())) {
                worst = output.getKey();
            }
            all = all.or(one);
        }
        return new Comparison(all.identical(), all.within(), all.absolute(), all.relative(), worst);
    }
}
