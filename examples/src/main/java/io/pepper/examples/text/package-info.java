/** Text for text generators: a tokenizer in a child process, and the text of sequences that grow. */
@NullMarked
package io.pepper.examples.text;

import org.jspecify.annotations.NullMarked;
