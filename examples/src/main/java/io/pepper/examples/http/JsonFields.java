package io.pepper.examples.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.javalin.http.BadRequestResponse;
import io.pepper.document.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A reader of the fields of a JSON object in which null is as no field. Each error names the field. */
final class JsonFields {
    private static final int LONGEST_FOUND = 60;

    private final JsonNode fields;

    JsonFields(JsonNode fields) {
        this.fields = fields;
    }

    /** Returns the response to a request with a wrong field. */
    static BadRequestResponse refused(String field, String why) {
        return new BadRequestResponse("'" + field + "': " + why, Map.of("param", field));
    }

    private static BadRequestResponse needs(String field, String what, JsonNode found) {
        return refused(field, what + " is needed, found " + SafeText.line(found.toString(), LONGEST_FOUND));
    }

    /** Refuses more of something than allowed. */
    static void requireMost(String field, String what, int found, int most) {
        if (found > most) {
            throw refused(field, "at most " + most + " " + what + " are allowed, found " + found);
        }
    }

    private JsonNode get(String field) {
        JsonNode value = fields.path(field);
        return value.isNull() ? MissingNode.getInstance() : value;
    }

    boolean has(String field) {
        return !get(field).isMissingNode();
    }

    JsonNode required(String field) {
        if (!has(field)) {
            throw refused(field, "is missing");
        }
        return get(field);
    }

    void allowOnly(Set<String> names) {
        fields.properties().forEach(each -> {
            if (!names.contains(each.getKey())) {
                throw refused(SafeText.line(each.getKey()), "is not supported");
            }
        });
    }

    String text(String field) {
        JsonNode value = required(field);
        if (!value.isTextual()) {
            throw needs(field, "a text", value);
        }
        return value.asText();
    }

    boolean flag(String field, boolean otherwise) {
        JsonNode value = get(field);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw needs(field, "true or false", value);
        }
        return value.asBoolean(otherwise);
    }

    JsonFields object(String field) {
        JsonNode value = get(field);
        if (!value.isMissingNode() && !value.isObject()) {
            throw needs(field, "an object", value);
        }
        return new JsonFields(value);
    }

    double number(String field, double otherwise, double least, double most) {
        JsonNode value = get(field);
        if (value.isMissingNode()) {
            return otherwise;
        }
        double number = value.isNumber() ? value.asDouble() : Double.NaN;
        if (!(number >= least && number <= most)) {
            String range = least == Double.MIN_VALUE
                    ? "a number above 0" + (most == Double.MAX_VALUE ? "" : " to " + (int) most)
                    : "a number from " + (int) least + " to " + (int) most;
            throw needs(field, range, value);
        }
        return number;
    }

    int whole(String field, int otherwise, int least, int most) {
        JsonNode value = get(field);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
            throw needs(field, "a whole number from " + least + " to " + most, value);
        }
        return value.asInt();
    }

    long seed() {
        JsonNode value = required("seed");
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw needs("seed", "a whole number of 64 bits", value);
        }
        return value.asLong();
    }

    /** Returns a text, or the texts of an array. */
    List<String> texts(String field) {
        JsonNode value = get(field);
        if (value.isMissingNode()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : value.isArray() ? value : List.of(value)) {
            if (!each.isTextual()) {
                throw needs(field, "a text or an array of texts", value);
            }
            texts.add(each.asText());
        }
        return texts;
    }

    List<Long> tokens(String field) {
        return has(field) ? tokens(field, get(field)) : List.of();
    }

    static List<Long> tokens(String field, JsonNode array) {
        if (!array.isArray()) {
            throw needs(field, "an array of tokens", array);
        }
        List<Long> tokens = new ArrayList<>();
        for (JsonNode each : array) {
            if (!each.isIntegralNumber() || !each.canConvertToInt() || each.asInt() < 0) {
                throw needs(field, "the number of a token", each);
            }
            tokens.add(each.asLong());
        }
        return tokens;
    }
}
