package io.pepper.predict;

import io.pepper.model.InputShapes;
import io.pepper.workload.Workload;
import java.nio.file.Path;

/**
 * A model, or a piece of one, to be measured.
 *
 * @param model the model's name
 * @param piece the piece's name, unique in its model
 * @param file the ONNX file of the piece
 * @param sizes the sizes of its inputs
 * @param work what it asks for
 */
public record ProfileTarget(String model, String piece, Path file, InputShapes sizes, Workload work) {}
