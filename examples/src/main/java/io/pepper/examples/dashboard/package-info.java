/** A live page of boards, links and the parts of a deployment. */
@NullMarked
package io.pepper.examples.dashboard;

import org.jspecify.annotations.NullMarked;
