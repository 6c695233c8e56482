/**
 * Parts as files: the export of a partition or a deployment plan to disk, and the verification that the parts compute
 * the same as the whole model.
 */
@NullMarked
package io.pepper.export;

import org.jspecify.annotations.NullMarked;
