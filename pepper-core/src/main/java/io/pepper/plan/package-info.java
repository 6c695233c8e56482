/**
 * Placement of segments: {@link io.pepper.plan.Planner} places the segments of a model on the devices of a cluster
 * optimally for an objective, and explains the result.
 */
@NullMarked
package io.pepper.plan;

import org.jspecify.annotations.NullMarked;
