/**
 * Files of tensors, and models that are looked into before ONNX Runtime opens them.
 */
@NullMarked
package io.pepper.session.internal;

import org.jspecify.annotations.NullMarked;
