/**
 * Strict reading of YAML and JSON files that people write. Errors name the line and the field; unknown fields are
 * refused.
 */
@NullMarked
package io.pepper.document;

import org.jspecify.annotations.NullMarked;
