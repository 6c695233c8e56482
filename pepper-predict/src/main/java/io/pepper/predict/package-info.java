/** Measures models under load, learns from it how long pieces of models take, and predicts that. */
@NullMarked
package io.pepper.predict;

import org.jspecify.annotations.NullMarked;
