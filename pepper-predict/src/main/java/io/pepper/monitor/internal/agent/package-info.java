/** The agent of a node: what it reads from the machine, and the server that Prometheus scrapes. */
@NullMarked
package io.pepper.monitor.internal.agent;

import org.jspecify.annotations.NullMarked;
