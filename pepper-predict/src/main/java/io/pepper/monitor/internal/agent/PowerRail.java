package io.pepper.monitor.internal.agent;

/**
 * A measured power.
 *
 * @param source the kind of sensor: RAPL, hwmon, INA3221 or battery, in lower case
 * @param rail the name of the supply that it measures
 * @param watts the power in watts
 * @param isOfDevice whether it is the power of the processors or of the whole device, so that these rails of one source
 *     may be added
 */
record PowerRail(String source, String rail, double watts, boolean isOfDevice) {}
