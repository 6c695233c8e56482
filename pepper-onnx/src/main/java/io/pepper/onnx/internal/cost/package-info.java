/** The work of operators: multiply-accumulates and arithmetic operations, by their shapes and attributes. */
@NullMarked
package io.pepper.onnx.internal.cost;

import org.jspecify.annotations.NullMarked;
