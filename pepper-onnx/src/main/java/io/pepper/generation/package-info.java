/** Text generators that are divided into parts: their caches stay where they are computed. */
@NullMarked
package io.pepper.generation;

import org.jspecify.annotations.NullMarked;
