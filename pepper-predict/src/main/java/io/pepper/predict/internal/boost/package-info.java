/** XGBoost's native trainer, and nothing else that is native. */
@NullMarked
package io.pepper.predict.internal.boost;

import org.jspecify.annotations.NullMarked;
