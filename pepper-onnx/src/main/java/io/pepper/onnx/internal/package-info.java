/** What an open model consists of, behind the public face. */
@NullMarked
package io.pepper.onnx.internal;

import org.jspecify.annotations.NullMarked;
