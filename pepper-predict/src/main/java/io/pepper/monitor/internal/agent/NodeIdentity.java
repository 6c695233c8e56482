package io.pepper.monitor.internal.agent;

/**
 * The identity of a node.
 *
 * @param name its name in all metrics
 * @param uuid its UUID, which was made once
 */
record NodeIdentity(String name, String uuid) {}
