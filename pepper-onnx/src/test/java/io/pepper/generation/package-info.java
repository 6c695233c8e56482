@NullMarked
package io.pepper.generation;

import org.jspecify.annotations.NullMarked;
