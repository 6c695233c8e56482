/** JMH benchmarks, one class per question. {@code docs/performance.md} says how to run them and what came out. */
@NullMarked
package io.pepper.bench;

import org.jspecify.annotations.NullMarked;
