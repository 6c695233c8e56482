/** Pages and pictures of models and plans. */
@NullMarked
package io.pepper.report;

import org.jspecify.annotations.NullMarked;
