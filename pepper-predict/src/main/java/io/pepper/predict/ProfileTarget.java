package io.pepper.predict;

import io.pepper.model.InputShapes;
import io.pepper.workload.Workload;
import java.nio.file.Path;

/**
 * A model, or a piece of one, to measure.
 *
 * @param model the model's name
 * @param piece the piece's name, unique in its model
 * @param file the ONNX file of the piece
 * @param sizes the sizes of the piece's inputs
 * @param work the piece's workload
 */
public record ProfileTarget(String model, String piece, Path file, InputShapes sizes, Workload work) {}
