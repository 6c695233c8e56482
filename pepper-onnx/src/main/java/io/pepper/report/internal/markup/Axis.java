package io.pepper.report.internal.markup;

import java.util.function.DoubleFunction;

/**
 * An axis of a plot.
 *
 * @param caption the quantity
 * @param scale the positions of values
 * @param label formats a value with its unit
 */
public record Axis(String caption, Scale scale, DoubleFunction<String> label) {}
