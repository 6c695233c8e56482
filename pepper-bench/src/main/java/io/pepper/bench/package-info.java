/** JMH benchmarks, one class per question. {@code docs/performance.md} has the commands and results. */
@NullMarked
package io.pepper.bench;

import org.jspecify.annotations.NullMarked;
