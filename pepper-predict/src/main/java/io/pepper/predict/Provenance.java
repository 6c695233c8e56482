package io.pepper.predict;

import io.pepper.cluster.Platform;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The provenance of a trained predictor: its data, options and accuracy.
 *
 * @param dataSha256 the SHA-256 of the training records
 * @param records number of training records
 * @param markedRecords number of training records with a {@linkplain Mark mark}
 * @param leftOut number of records that were left out because they have a mark
 * @param models the models of the training records
 * @param devices the devices of the training records
 * @param platforms the platforms of the training records, with unknown values where the records do not state them; empty
 *     in files of versions that did not record them
 * @param trainedAt the time of the training
 * @param libraryVersion the version of this library that trained it
 * @param xgboostVersion the version of XGBoost that trained it
 * @param options the training options, for people
 * @param accuracy the accuracy on held-out records by kind of folds: {@code rows}, {@code models}, {@code devices};
 *     empty if there was no cross-validation
 */
public record Provenance(
        String dataSha256,
        int records,
        int markedRecords,
        int leftOut,
        List<String> models,
        List<String> devices,
        List<Platform> platforms,
        Instant trainedAt,
        String libraryVersion,
        String xgboostVersion,
        String options,
        Map<String, Accuracy> accuracy) {
    /**
     * Creates a provenance.
     *
     * @param dataSha256 the SHA-256 of the training records
     * @param records number of training records
     * @param markedRecords number of training records with a mark
     * @param leftOut number of records that were left out because they have a mark
     * @param models the models of the training records
     * @param devices the devices of the training records
     * @param platforms the platforms of the training records, with unknown values where the records do not state them; empty
     *     in files of versions that did not record them
     * @param trainedAt the time of the training
     * @param libraryVersion the version of this library that trained it
     * @param xgboostVersion the version of XGBoost that trained it
     * @param options the training options, for people
     * @param accuracy the accuracy on held-out records by kind of folds
     */
    public Provenance {
        models = List.copyOf(models);
        devices = List.copyOf(devices);
        platforms = List.copyOf(platforms);
        accuracy = Collections.unmodifiableMap(new LinkedHashMap<>(accuracy));
    }
}
