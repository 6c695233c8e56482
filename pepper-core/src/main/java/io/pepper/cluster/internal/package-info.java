/** Reading files that people write. */
@NullMarked
package io.pepper.cluster.internal;

import org.jspecify.annotations.NullMarked;
