/** Small models, made to be measured. */
@NullMarked
package io.pepper.runtime.internal;

import org.jspecify.annotations.NullMarked;
