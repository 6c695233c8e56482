/**
 * The dataflow graph of a model: operators and tensors, immutable, on {@code int} indices.
 */
@NullMarked
package io.pepper.graph;

import org.jspecify.annotations.NullMarked;
