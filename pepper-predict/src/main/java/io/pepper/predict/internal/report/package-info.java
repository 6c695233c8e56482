/** Pictures and pages of how well a predictor does. */
@NullMarked
package io.pepper.predict.internal.report;

import org.jspecify.annotations.NullMarked;
