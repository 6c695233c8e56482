package io.pepper.examples.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import io.pepper.examples.SizeText;
import io.pepper.model.InputShapes;

/** A reader of the fields of requests. A missing or invalid field is a bad request, and the message names it. */
final class RequestFields {
    private static final int LONGEST_NAME = 100;

    private RequestFields() {}

    static UploadedFile upload(Context request, String field) {
        UploadedFile upload = request.uploadedFile(field);
        if (upload == null) {
            throw new BadRequestResponse("the form has no file in '" + field + "'");
        }
        return upload;
    }

    /**
     * Returns a file's name without its extension, reduced to letters, digits and a few other characters, because it is
     * used in file names and headers.
     */
    static String modelName(UploadedFile upload) {
        String name = upload.filename().replaceFirst("\\.onnx$", "").replaceAll("[^A-Za-z0-9_.-]", "_");
        return name.isEmpty() ? "model" : name.substring(0, Math.min(LONGEST_NAME, name.length()));
    }

    /**
     * Returns the sizes that the model leaves open, from the fields {@code shape} and {@code dim}, which may be
     * repeated.
     */
    static InputShapes sizes(Context request) {
        InputShapes sizes = InputShapes.NONE;
        for (String shape : request.formParams("shape")) {
            sizes = SizeText.withShape(sizes, shape);
        }
        for (String dimension : request.formParams("dim")) {
            sizes = SizeText.withDimension(sizes, dimension);
        }
        return sizes;
    }

    static double number(Context request, String field, double otherwise) {
        String value = request.formParam(field);
        return value == null ? otherwise : parsed(field, value);
    }

    /** Returns a whole number. */
    static int count(Context request, String field, int otherwise) {
        double value = number(request, field, otherwise);
        if (value != Math.rint(value) || value > Integer.MAX_VALUE) {
            throw new BadRequestResponse(
                    field + ": a whole number is needed, found '" + request.formParam(field) + "'");
        }
        return (int) value;
    }

    static double number(JsonNode body, String field) {
        JsonNode value = body.path(field);
        if (value.isNumber()) {
            return checked(field, value.asDouble());
        }
        if (value.isTextual()) {
            return parsed(field, value.asText());
        }
        throw new BadRequestResponse(field + ": a number is needed, found " + value);
    }

    private static double parsed(String field, String value) {
        try {
            return checked(field, Double.parseDouble(value));
        } catch (NumberFormatException e) {
            throw new BadRequestResponse(field + ": a number is needed, found '" + value + "'");
        }
    }

    private static double checked(String field, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new BadRequestResponse(field + ": a number of 0 or more is needed, found " + value);
        }
        return value;
    }
}
