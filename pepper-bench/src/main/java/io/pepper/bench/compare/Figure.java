package io.pepper.bench.compare;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A recorded result.
 *
 * @param low the lower end of the interval of the median
 * @param high the upper end
 * @param rounds of how many forks the median is
 * @param settings the arguments of JMH
 * @param machine processor, system and Java
 * @param date the day of the run, as in ISO 8601
 * @param commit the commit that was measured; with a plus sign if files were changed since
 */
@JsonPropertyOrder({"benchmark", "median", "low", "high", "unit", "rounds", "settings", "machine", "date", "commit"})
record Figure(
        String benchmark,
        double median,
        double low,
        double high,
        String unit,
        int rounds,
        String settings,
        String machine,
        String date,
        String commit) {}
