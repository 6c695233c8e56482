/** Support for hosts that handle documents of strangers: an exception for refused files, and text that is safe to print. */
@NullMarked
package io.pepper.document;

import org.jspecify.annotations.NullMarked;
