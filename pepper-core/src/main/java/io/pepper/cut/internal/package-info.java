/** The arrays and walks behind the public classes. */
@NullMarked
package io.pepper.cut.internal;

import org.jspecify.annotations.NullMarked;
