package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.predict.Accuracy;
import io.pepper.predict.ChoiceAccuracy;
import io.pepper.predict.CrossValidation;
import io.pepper.predict.LatencyTrainer;
import io.pepper.predict.TrainedPredictor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The JSON document of {@code train}. */
final class TrainingJson {
    private TrainingJson() {}

    /** Returns the document of a training, or of the trainings for several kinds of devices. */
    static ObjectNode of(Path file, Map<String, LatencyTrainer> trained, List<String> problems) {
        ObjectNode document = Json.object();
        document.put("predictor", file.toString());
        if (trained.size() == 1) {
            LatencyTrainer one = trained.values().iterator().next();
            add(document, one);
            ObjectNode devices = document.putObject("deviceChoices");
            one.validations()
                    .forEach((folds, validation) ->
                            addChoices(devices, folds, ChoiceAccuracy.betweenDevices(validation)));
        } else {
            document.put(
                    "records",
                    trained.values().stream()
                            .mapToInt(one -> one.predictor().facts().records())
                            .sum());
            ArrayNode devices = document.putArray("devices");
            trained.forEach((name, one) -> add(devices.addObject().put("name", name), one));
            ObjectNode between = document.putObject("deviceChoices");
            for (CrossValidation.Folds folds : CrossValidation.Folds.values()) {
                addChoices(between, folds, TrainingPrinter.betweenKinds(trained, folds));
            }
        }
        problems.forEach(document.putArray("problems")::add);
        return document;
    }

    private static void addChoices(ObjectNode devices, CrossValidation.Folds folds, ChoiceAccuracy between) {
        if (between.choices() > 0) {
            devices.set(TrainingPrinter.name(folds), json(between));
        }
    }

    private static void add(ObjectNode document, LatencyTrainer trained) {
        TrainedPredictor predictor = trained.predictor();
        document.put("schema", predictor.schema().name());
        document.put("records", predictor.facts().records());
        document.put("dataSha256", predictor.facts().dataSha256());
        ObjectNode marked = document.putObject("marked");
        marked.put("leftOut", trained.marked().leftOut());
        marked.put("used", predictor.facts().markedRecords());
        ObjectNode byMark = marked.putObject("marks");
        trained.marked().byMark().forEach((mark, count) -> byMark.put(mark.label(), count));
        robustness(trained, document);
        ObjectNode held = document.putObject("heldBack");
        predictor.facts().accuracy().forEach((folds, found) -> held.set(folds, json(found)));
        ObjectNode errors = document.putObject("errors");
        ObjectNode choices = document.putObject("choices");
        trained.validations().forEach((folds, validation) -> {
            errors.set(TrainingPrinter.name(folds), errors(validation));
            choices.set(TrainingPrinter.name(folds), json(validation.choices()));
        });
    }

    private static ArrayNode errors(CrossValidation validation) {
        ArrayNode array = Json.object().arrayNode();
        validation.errors().forEach((name, found) -> {
            ObjectNode node = array.addObject();
            node.put("heldBack", name);
            node.put("records", found.records());
            Json.put(node, "p10", found.p10());
            Json.put(node, "median", found.median());
            Json.put(node, "p90", found.p90());
        });
        return array;
    }

    private static void robustness(LatencyTrainer trained, ObjectNode document) {
        ObjectNode far = document.putObject("far");
        far.put("records", trained.far().far());
        far.put("leftOut", trained.far().leftOut());
        ObjectNode kept = document.putObject("kept");
        trained.validations().forEach((folds, validation) -> {
            ObjectNode node = kept.putObject(TrainingPrinter.name(folds));
            node.put("trees", validation.keepsTrees());
            Json.put(node, "medianApeWithTrees", validation.treesAccuracy().medianApe());
            validation.sumAccuracy().ifPresent(sum -> Json.put(node, "medianApeOfSum", sum.medianApe()));
        });
        ObjectNode borrowed = document.putObject("borrowed");
        trained.borrowed()
                .forEach((family, from) -> borrowed.put(TrainingPrinter.label(family), TrainingPrinter.label(from)));
    }

    private static ObjectNode json(ChoiceAccuracy found) {
        ObjectNode node = Json.object();
        node.put("pairs", found.pairs());
        Json.put(node, "right", found.right());
        Json.put(node, "regret", found.regret());
        Json.put(node, "repeatRight", found.repeatRight());
        node.put("choices", found.choices());
        Json.put(node, "bestWays", found.bestWays());
        Json.put(node, "bestRegretSeconds", found.bestRegretSeconds());
        Json.put(node, "repeatBest", found.repeatBest());
        return node;
    }

    private static ObjectNode json(Accuracy found) {
        ObjectNode node = Json.object();
        node.put("records", found.records());
        Json.put(node, "maeSeconds", found.maeSeconds());
        Json.put(node, "rmseSeconds", found.rmseSeconds());
        Json.put(node, "r2", found.r2());
        Json.put(node, "mape", found.mape());
        Json.put(node, "medianApe", found.medianApe());
        Json.put(node, "within10", found.within10());
        Json.put(node, "within20", found.within20());
        Json.put(node, "rankCorrelation", found.rankCorrelation());
        Json.put(node, "p90Coverage", found.p90Coverage());
        return node;
    }
}
