/**
 * Child processes in which ONNX Runtime may crash: how they are started, watched and ended, and the protocol that is spoken with them.
 * What they answer is not trusted.
 */
@NullMarked
package io.pepper.onnx.internal.isolate;

import org.jspecify.annotations.NullMarked;
