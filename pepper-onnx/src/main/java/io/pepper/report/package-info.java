/** Reports on models and plans as pages and pictures. */
@NullMarked
package io.pepper.report;

import org.jspecify.annotations.NullMarked;
