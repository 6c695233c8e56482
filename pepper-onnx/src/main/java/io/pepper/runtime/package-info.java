/** Models on this machine, through ONNX Runtime: how long they take. */
@NullMarked
package io.pepper.runtime;

import org.jspecify.annotations.NullMarked;
