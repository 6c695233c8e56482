/** Types and shapes of tensors that a model does not state, requested from ONNX Runtime without loading weights. */
@NullMarked
package io.pepper.onnx.internal.shape;

import org.jspecify.annotations.NullMarked;
