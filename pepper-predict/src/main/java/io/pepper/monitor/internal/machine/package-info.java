/** This machine as Linux describes it: processors, memory, control groups, clock and pressure. */
@NullMarked
package io.pepper.monitor.internal.machine;

import org.jspecify.annotations.NullMarked;
