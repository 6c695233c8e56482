/** The main job in a few lines: plan a model for a cluster, and export the parts. */
@NullMarked
package io.pepper;

import org.jspecify.annotations.NullMarked;
