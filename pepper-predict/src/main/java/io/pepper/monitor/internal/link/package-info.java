/** The measurement of latency and bandwidth between agents. */
@NullMarked
package io.pepper.monitor.internal.link;

import org.jspecify.annotations.NullMarked;
