/** Trees of XGBoost: validated and laid out for fast traversal, without native code. */
@NullMarked
package io.pepper.predict.internal.tree;

import org.jspecify.annotations.NullMarked;
