/** A host application: the services of the original PEPPER over HTTP. */
@NullMarked
package io.pepper.examples.http;

import org.jspecify.annotations.NullMarked;
