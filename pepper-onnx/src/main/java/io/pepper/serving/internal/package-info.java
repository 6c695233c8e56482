/** The Open Inference Protocol, version 2, independent of how its messages travel. */
@NullMarked
package io.pepper.serving.internal;

import org.jspecify.annotations.NullMarked;
