/**
 * Parts as files: a partition or a deployment plan on disk, and the proof that the parts compute what the whole computes.
 */
@NullMarked
package io.pepper.export;

import org.jspecify.annotations.NullMarked;
