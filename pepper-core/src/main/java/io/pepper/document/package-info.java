/**
 * Files that people write, in YAML or JSON: read strictly, so that what is wrong is said with its line and field, and what is not
 * known is refused.
 */
@NullMarked
package io.pepper.document;

import org.jspecify.annotations.NullMarked;
