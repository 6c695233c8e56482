/** Runs a whole model and a chain of its parts side by side; the door is {@link VerificationRun}. */
@NullMarked
package io.pepper.onnx.internal.verify;

import org.jspecify.annotations.NullMarked;
