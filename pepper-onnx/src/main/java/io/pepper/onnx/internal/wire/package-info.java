/**
 * ONNX files as bytes: a scan that leaves large tensor payloads where they are, and the way back.
 */
@NullMarked
package io.pepper.onnx.internal.wire;

import org.jspecify.annotations.NullMarked;
