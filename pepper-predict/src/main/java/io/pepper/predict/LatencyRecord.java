package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.cost.Workload;
import io.pepper.runtime.ModelTiming;
import java.util.Objects;

/**
 * One measurement: a piece, how it ran, the state of the device, and how long it took.
 *
 * @param model the model that the piece is of
 * @param piece the piece's name, unique in its model
 * @param work what the piece asks for
 * @param threads the threads inside an operator, at least 1
 * @param device the device and its state right before the piece ran
 * @param load the load that was asked for; what it was without the piece is the state's
 * @param achievedPercent what was left of the load while the piece competed with it, percent of all cores together; NaN if not
 *     known
 * @param execution tells measurements of the same alike apart, from 1
 * @param timing how long it took
 */
public record LatencyRecord(
        String model,
        String piece,
        Workload work,
        int threads,
        DeviceState device,
        LoadLevel load,
        double achievedPercent,
        int execution,
        ModelTiming timing) {
    /**
     * Checks the numbers.
     *
     * @param model see the record
     * @param piece see the record
     * @param work see the record
     * @param threads see the record
     * @param device see the record
     * @param load see the record
     * @param achievedPercent see the record
     * @param execution see the record
     * @param timing see the record
     * @throws IllegalArgumentException if one is out of its range
     */
    public LatencyRecord {
        Objects.requireNonNull(model);
        Objects.requireNonNull(piece);
        if (threads < 1 || execution < 1 || !(timing.medianSeconds() > 0)) {
            throw new IllegalArgumentException("no measurement: threads " + threads + ", execution " + execution
                    + ", median " + timing.medianSeconds() + " s");
        }
    }

    /**
     * What was measured, without when: measurements with the same key differ by chance only.
     *
     * @return model, piece, device, threads and load
     */
    public String key() {
        return RecordFile.key(model, piece, device.device(), threads, load);
    }

    LatencyRecord withWork(Workload other) {
        return new LatencyRecord(model, piece, other, threads, device, load, achievedPercent, execution, timing);
    }
}
