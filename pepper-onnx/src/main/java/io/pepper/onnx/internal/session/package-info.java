/**
 * Opening models in ONNX Runtime, finding sizes of inputs with which they run, and generating seeded values for them.
 */
@NullMarked
package io.pepper.onnx.internal.session;

import org.jspecify.annotations.NullMarked;
