/** Pictures of a model that help a person choose cuts: graphs of its segments, and plots along its operators. */
@NullMarked
package io.pepper.report.internal;

import org.jspecify.annotations.NullMarked;
