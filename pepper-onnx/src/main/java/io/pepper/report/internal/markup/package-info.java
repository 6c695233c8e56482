/** Building blocks of pages and pictures: markup, page, figures, axes, and the charts that all reports share. */
@NullMarked
package io.pepper.report.internal.markup;

import org.jspecify.annotations.NullMarked;
