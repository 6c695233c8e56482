package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cut.Cut;
import io.pepper.cut.PaperBridges;
import io.pepper.cut.SearchEffort;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelCharacteristics;
import io.pepper.onnx.ModelWeights;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.PaperFeatures;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/** The findings on a model as JSON. */
final class InspectionJson {
    private InspectionJson() {}

    static ObjectNode of(Inspection inspection, Path file) throws IOException {
        OnnxModel model = inspection.model();
        ObjectNode document = Json.object();
        document.put("model", file.toString());
        document.put("sha256", model.sha256());
        document.put("irVersion", model.irVersion());
        ObjectNode opsets = document.putObject("opsets");
        model.opsets().forEach(opsets::put);
        document.put("operators", model.operatorCount());
        document.put("constantOperators", model.constantOperatorCount());
        document.put("tensors", model.graph().tensorCount());
        document.put("weightBytes", model.weightBytes());
        document.set("inputs", Json.tensors(model.inputs()));
        document.set("outputs", Json.tensors(model.outputs()));
        ModelCharacteristics characteristics = inspection.costs().characteristics();
        document.set("paper", paper(characteristics.paper()));
        document.set("characteristics", characteristics(characteristics));
        ArrayNode open = document.putArray("openDimensions");
        inspection.costs().shapes().openDimensions().forEach(open::add);
        document.put("shapeFailure", inspection.costs().shapes().failure().orElse(null));
        document.set("recognized", recognized(inspection.recognized()));
        document.set("shared", SharingReport.json(inspection));
        document.set("cutSearch", effort(inspection.cuts().effort()));
        ArrayNode cuts = document.putArray("cuts");
        for (Cut found : inspection.cuts().list()) {
            ObjectNode cut = cuts.addObject();
            cut.set("tensors", Json.sizedTensors(inspection.crossing(found)));
            cut.set("carried", Json.sizedTensors(inspection.carried(found)));
            Json.put(cut, "bytes", found.bytes());
            cut.put("operatorsBefore", found.operatorsBefore());
            cut.put("operatorsAfter", found.operatorsAfter());
        }
        if (inspection.original()) {
            document.set("original", original(model.paperBridges()));
        }
        if (inspection.weights()) {
            document.set("weights", weights(ModelWeights.of(model).tensors()));
        }
        return document;
    }

    private static ArrayNode weights(List<TensorInfo> tensors) {
        ArrayNode weights = Json.sizedTensors(tensors);
        for (int i = 0; i < weights.size(); i++) {
            ((ObjectNode) weights.get(i)).put("parameters", ModelWeights.elements(tensors.get(i)));
        }
        return weights;
    }

    private static ObjectNode paper(PaperFeatures paper) {
        return Json.object()
                .put("convLayers", paper.convLayers())
                .put("poolLayers", paper.poolLayers())
                .put("fcLayers", paper.fcLayers())
                .put("filters", paper.filters())
                .put("totalParameters", paper.totalParameters());
    }

    private static ObjectNode characteristics(ModelCharacteristics found) {
        ObjectNode node = Json.object()
                .put("convLayers", found.convLayers())
                .put("poolLayers", found.poolLayers())
                .put("fcLayers", found.fcLayers());
        Json.put(node, "filters", found.filters());
        node.put("parameters", found.parameters());
        Json.put(node, "inputBytes", found.inputBytes());
        Json.put(node, "outputBytes", found.outputBytes());
        Json.put(node, "macs", found.macs());
        Json.put(node, "flops", found.flops());
        node.put("weightBytes", found.weightBytes());
        Json.put(node, "activationBytes", found.activationBytes());
        Json.put(node, "peakActivationBytes", found.peakActivationBytes());
        Json.put(node, "leastPeakActivationBytes", found.leastPeakActivationBytes());
        node.set("leastPeakSearch", effort(found.leastPeakSearch()));
        if (found.arithmeticIntensity().isPresent()) {
            node.put("arithmeticIntensity", found.arithmeticIntensity().getAsDouble());
        } else {
            node.putNull("arithmeticIntensity");
        }
        node.set("operators", counts(found.operators()));
        node.set("unknownOperators", counts(found.unknownOperators()));
        return node;
    }

    private static ObjectNode recognized(RecognizedInputs found) {
        ObjectNode node = Json.object();
        ArrayNode caches = node.putArray("caches");
        found.caches()
                .forEach(cache -> caches.addObject().put("past", cache.past()).put("present", cache.present()));
        found.readOnlyCaches().forEach(node.putArray("readOnlyCaches")::add);
        found.contexts().forEach(node.putArray("contexts")::add);
        found.masks().forEach(node.putArray("masks")::add);
        found.addedMasks().forEach(node.putArray("addedMasks")::add);
        found.hidingMasks().forEach(node.putArray("hidingMasks")::add);
        found.positions().forEach(node.putArray("positions")::add);
        found.lengths().forEach(node.putArray("lengths")::add);
        return node;
    }

    private static ObjectNode effort(SearchEffort effort) {
        return Json.object().put("steps", effort.steps()).put("limited", effort.limited());
    }

    private static ArrayNode counts(SortedMap<String, Integer> counts) {
        ArrayNode array = Json.object().arrayNode();
        counts.forEach((type, count) -> array.addObject().put("type", type).put("count", count));
        return array;
    }

    private static ObjectNode original(PaperBridges original) {
        ObjectNode node = Json.object();
        node.set("bridges", bridges(original.bridges()));
        node.put("minimumDistance", Partitioner.DEFAULT_MINIMUM_DISTANCE);
        node.set("chosen", bridges(original.atDistance(Partitioner.DEFAULT_MINIMUM_DISTANCE)));
        return node;
    }

    private static ArrayNode bridges(List<PaperBridges.Bridge> bridges) {
        ArrayNode array = Json.object().arrayNode();
        bridges.forEach(bridge -> array.addObject()
                .put("from", bridge.from())
                .put("to", bridge.to())
                .put("depth", bridge.depth()));
        return array;
    }
}
