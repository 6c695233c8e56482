/** JSON that is not trusted, read as a stream. */
@NullMarked
package io.pepper.predict.internal.json;

import org.jspecify.annotations.NullMarked;
