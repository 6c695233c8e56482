package io.pepper.serving.internal.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.serving.internal.ModelDescription;
import io.pepper.serving.internal.ModelService;
import io.pepper.serving.internal.ServerDescription;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorSpec;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The paths of the protocol, and the answers that need no model to run. Thread-safe. */
final class RestRoutes {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<Long> ANY_SHAPE = List.of(TensorSpec.ANY);
    private static final String VERSIONS = "versions";

    private final ModelService service;

    RestRoutes(ModelService service) {
        this.service = service;
    }

    /**
     * A path to a model.
     *
     * @param name the model's name
     * @param version its version; may be empty
     * @param verb the last name of the path; empty if the path ends with the model
     */
    record ModelPath(String name, String version, String verb) {}

    /** An answer: its status and its object. */
    record Simple(int status, ObjectNode body) {}

    /** Parses the path to a model; empty if it is none. */
    static Optional<ModelPath> model(String rawPath) throws ServingException {
        List<String> names = new ArrayList<>();
        for (String name : rawPath.split("/", -1)) {
            names.add(decoded(name));
        }
        boolean isModel = names.size() > 3
                && names.get(0).isEmpty()
                && names.get(1).equals("v2")
                && names.get(2).equals("models")
                && !names.get(3).isEmpty();
        if (!isModel) {
            return Optional.empty();
        }
        boolean versioned = names.size() > 5 && names.get(4).equals(VERSIONS);
        int next = versioned ? 6 : 4;
        if (names.size() > next + 1) {
            return Optional.empty();
        }
        String verb = names.size() > next ? names.get(next) : "";
        return Optional.of(new ModelPath(names.get(3), versioned ? names.get(5) : "", verb));
    }

    private static String decoded(String name) throws ServingException {
        try {
            return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrong) {
            throw new ServingException(
                    ServingException.Reason.INVALID, "the path has a wrong escape: '" + name + "'", wrong);
        }
    }

    /** Answers a path that is read; empty if there is none. */
    Optional<Simple> read(String rawPath) throws ServingException {
        switch (rawPath) {
            case "/v2", "/v2/" -> {
                return Optional.of(new Simple(HttpStatuses.OK, server()));
            }
            case "/v2/health/live" -> {
                return Optional.of(flag("live", true));
            }
            case "/v2/health/ready" -> {
                return Optional.of(flag("ready", service.isReady()));
            }
            default -> {
                Optional<ModelPath> model = model(rawPath);
                return model.isPresent() ? read(model.get()) : Optional.empty();
            }
        }
    }

    private Optional<Simple> read(ModelPath path) throws ServingException {
        return switch (path.verb()) {
            case "" ->
                Optional.of(new Simple(HttpStatuses.OK, described(service.describe(path.name(), path.version()))));
            case "ready" -> Optional.of(flag("ready", service.isReady(path.name(), path.version())));
            default -> Optional.empty();
        };
    }

    private static Simple flag(String name, boolean value) {
        return new Simple(
                value ? HttpStatuses.OK : HttpStatuses.INVALID,
                NODES.objectNode().put(name, value));
    }

    private ObjectNode server() {
        ServerDescription server = service.description();
        ObjectNode node = NODES.objectNode().put("name", server.name()).put("version", server.version());
        ArrayNode extensions = node.putArray("extensions");
        server.extensions().forEach(extensions::add);
        return node;
    }

    private static ObjectNode described(ModelDescription model) {
        ObjectNode node = NODES.objectNode().put("name", model.name());
        ArrayNode versions = node.putArray(VERSIONS);
        model.versions().forEach(versions::add);
        node.put("platform", model.platform());
        ArrayNode inputs = node.putArray("inputs");
        model.inputs().forEach(input -> inputs.add(described(input)));
        ArrayNode outputs = node.putArray("outputs");
        model.outputs().forEach(output -> outputs.add(described(output)));
        return node;
    }

    private static ObjectNode described(TensorSpec tensor) {
        ObjectNode node = NODES.objectNode()
                .put("name", tensor.name())
                .put("datatype", tensor.type().name());
        ArrayNode shape = node.putArray("shape");
        tensor.shape().orElse(ANY_SHAPE).forEach(shape::add);
        return node;
    }
}
