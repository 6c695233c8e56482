/** Shared types of all rooms: tensors, sizes, limits of reading, and exceptions. */
@NullMarked
package io.pepper.model;

import org.jspecify.annotations.NullMarked;
