/** The REST form of the protocol, with tensors in binary form after a JSON object. */
@NullMarked
package io.pepper.serving.internal.rest;

import org.jspecify.annotations.NullMarked;
