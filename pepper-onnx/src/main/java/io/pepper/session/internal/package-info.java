/** Files of tensors, and checks of models before ONNX Runtime opens them. */
@NullMarked
package io.pepper.session.internal;

import org.jspecify.annotations.NullMarked;
