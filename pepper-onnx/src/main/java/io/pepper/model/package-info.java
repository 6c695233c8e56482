/** What all rooms speak of: tensors, sizes, limits of reading, and what goes wrong. */
@NullMarked
package io.pepper.model;

import org.jspecify.annotations.NullMarked;
