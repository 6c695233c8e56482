/**
 * Placement of segments: {@link io.pepper.plan.Planner} places the segments of a model on the devices of a cluster,
 * best by what is asked for, and says why.
 */
@NullMarked
package io.pepper.plan;

import org.jspecify.annotations.NullMarked;
