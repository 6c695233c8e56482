/** The parts of a partition as files: what goes into each, how it is written, and the manifest beside them. */
@NullMarked
package io.pepper.onnx.internal.export;

import org.jspecify.annotations.NullMarked;
