/** ONNX files as bytes: a scan that leaves large tensor payloads in place, and the writing of complete files. */
@NullMarked
package io.pepper.onnx.internal.wire;

import org.jspecify.annotations.NullMarked;
