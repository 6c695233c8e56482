/** Classes that the examples share. */
@NullMarked
package io.pepper.examples;

import org.jspecify.annotations.NullMarked;
