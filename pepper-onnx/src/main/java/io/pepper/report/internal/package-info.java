/** Pictures of a model by which a person chooses where to cut: graphs of its segments, and plots along its operators. */
@NullMarked
package io.pepper.report.internal;

import org.jspecify.annotations.NullMarked;
