package io.pepper.predict;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The importance of features: the sum of the gains of a booster's splits. */
final class Importance {
    private final double[] gains;
    private float[] losses = {};
    private int[] features = {};
    private int[] left = {};

    private Importance(int features) {
        gains = new double[features];
    }

    /** Returns the share of each used feature, in descending order. */
    static Map<String, Double> of(String booster, List<String> names) {
        Importance importance = new Importance(names.size());
        try {
            JsonReader.read(
                    new ByteArrayInputStream(booster.getBytes(StandardCharsets.UTF_8)),
                    "booster",
                    json -> json.object(name -> importance.field(json, name)));
        } catch (IOException never) {
            throw new IllegalStateException(never);
        }
        return importance.shares(names);
    }

    private void field(JsonReader json, String name) throws IOException {
        switch (name) {
            case "learner", "gradient_booster", "model" -> json.object(inner -> field(json, inner));
            case "trees" ->
                json.array(() -> {
                    json.object(inner -> tree(json, inner));
                    add();
                });
            default -> {}
        }
    }

    private void tree(JsonReader json, String name) throws IOException {
        switch (name) {
            case "loss_changes" -> losses = json.numbers();
            case "split_indices" -> features = json.integers();
            case "left_children" -> left = json.integers();
            default -> {}
        }
    }

    private void add() {
        for (int node = 0; node < Math.min(left.length, losses.length); node++) {
            if (left[node] >= 0) {
                gains[features[node]] += losses[node];
            }
        }
    }

    private Map<String, Double> shares(List<String> names) {
        double all = 0;
        List<Integer> used = new ArrayList<>();
        for (int i = 0; i < gains.length; i++) {
            all += gains[i];
            if (gains[i] > 0) {
                used.add(i);
            }
        }
        used.sort((a, b) -> Double.compare(gains[b], gains[a]));
        Map<String, Double> shares = new LinkedHashMap<>();
        for (int feature : used) {
            shares.put(names.get(feature), gains[feature] / all);
        }
        return shares;
    }
}
