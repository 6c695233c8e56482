/**
 * Cuts of a graph: {@link io.pepper.cut.Bridges} for any graph, {@link io.pepper.cut.Cuts} for the dataflow of a model.
 */
@NullMarked
package io.pepper.cut;

import org.jspecify.annotations.NullMarked;
