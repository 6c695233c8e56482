/**
 * Opens models in ONNX Runtime, finds sizes of inputs with which they run, and makes seeded values for them.
 */
@NullMarked
package io.pepper.onnx.internal.session;

import org.jspecify.annotations.NullMarked;
