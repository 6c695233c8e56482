/**
 * Reading and writing files and text, for the modules of this library only: strict documents of YAML and JSON, safe
 * text, whole files, and errors that name their file.
 */
@NullMarked
package io.pepper.internal.text;

import org.jspecify.annotations.NullMarked;
