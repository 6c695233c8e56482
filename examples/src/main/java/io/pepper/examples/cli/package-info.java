/** The {@code pepper} command line: a thin host application over the public API. */
@NullMarked
package io.pepper.examples.cli;

import org.jspecify.annotations.NullMarked;
