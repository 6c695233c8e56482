/**
 * Child processes in which ONNX Runtime may crash: starting, watching and ending them, and the protocol. Their answers
 * are not trusted.
 */
@NullMarked
package io.pepper.onnx.internal.isolate;

import org.jspecify.annotations.NullMarked;
