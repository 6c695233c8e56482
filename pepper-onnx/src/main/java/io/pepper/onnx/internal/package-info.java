/** The contents of an open model, behind the public API. */
@NullMarked
package io.pepper.onnx.internal;

import org.jspecify.annotations.NullMarked;
