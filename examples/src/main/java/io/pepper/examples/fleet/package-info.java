/** A host application: plans for a fleet of sites. */
@NullMarked
package io.pepper.examples.fleet;

import org.jspecify.annotations.NullMarked;
