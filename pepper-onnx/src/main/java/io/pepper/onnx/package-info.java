/** ONNX models. */
@NullMarked
package io.pepper.onnx;

import org.jspecify.annotations.NullMarked;
