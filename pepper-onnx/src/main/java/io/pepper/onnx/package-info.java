/** ONNX models: their operators, shapes, costs and segments. */
@NullMarked
package io.pepper.onnx;

import org.jspecify.annotations.NullMarked;
