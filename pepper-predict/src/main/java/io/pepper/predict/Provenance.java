package io.pepper.predict;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a trained predictor comes from.
 *
 * @param dataSha256 the SHA-256 of the records that it was trained on
 * @param records how many there were
 * @param markedRecords how many of these have a {@linkplain Mark mark}
 * @param leftOut how many others were left out since they have one
 * @param models the models in them
 * @param devices the devices in them
 * @param trainedAt when
 * @param libraryVersion the version of this library that trained it
 * @param xgboostVersion the version of XGBoost that trained it
 * @param options how it was trained, for people
 * @param accuracy how well it predicts what was held back, by the name of the folds: {@code rows}, {@code models},
 *     {@code devices}; empty if that was not asked for
 */
public record Provenance(
        String dataSha256,
        int records,
        int markedRecords,
        int leftOut,
        List<String> models,
        List<String> devices,
        Instant trainedAt,
        String libraryVersion,
        String xgboostVersion,
        String options,
        Map<String, Accuracy> accuracy) {
    /**
     * Copies the lists and the map.
     *
     * @param dataSha256 see the record
     * @param records see the record
     * @param markedRecords see the record
     * @param leftOut see the record
     * @param models see the record
     * @param devices see the record
     * @param trainedAt see the record
     * @param libraryVersion see the record
     * @param xgboostVersion see the record
     * @param options see the record
     * @param accuracy see the record
     */
    public Provenance {
        models = List.copyOf(models);
        devices = List.copyOf(devices);
        accuracy = Collections.unmodifiableMap(new LinkedHashMap<>(accuracy));
    }
}
