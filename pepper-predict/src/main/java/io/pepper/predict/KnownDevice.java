package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.predict.internal.learn.CostTerms;
import io.pepper.predict.internal.learn.LogCosts;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Workload;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A device from whose costs those of another one are estimated.
 *
 * @param costs its costs
 * @param weight how many devices it stands for
 * @param residual returns the logarithm of the ratio of a piece's time to that of the costs; NaN if it is unknown
 */
record KnownDevice(LogCosts costs, double weight, ToDoubleFunction<Workload> residual) {
    /** The typical device is a better guess than another device with another runtime. */
    private static final double TYPICAL_WEIGHT = 2;

    private static final double SPREAD = 0.5;
    private static final double NOISE = 0.1;
    static final DeviceState IDLE = DeviceState.of("base").withCpuLoadPercent(0).withRunnableThreads(0);

    /** A device on which all terms cost the same. */
    static KnownDevice typical() {
        LogCosts costs = LogCosts.known(CostTerms.typical());
        return new KnownDevice(costs, TYPICAL_WEIGHT, work -> Double.NaN);
    }

    static KnownDevice of(CalibratedPredictor predictor) {
        return new KnownDevice(predictor.costs(), 1, predictor::measuredResidual);
    }

    /**
     * Returns the device of any predictor.
     *
     * @param fine whether the differences between the predictor and its costs are known, too
     */
    static KnownDevice of(LatencyPredictor predictor, boolean fine) {
        LogCosts costs = costs(predictor);
        return new KnownDevice(
                costs,
                1,
                fine
                        ? work -> logSeconds(predictor, work) - costs.logSeconds(CostTerms.amounts(work))
                        : work -> Double.NaN);
    }

    /** Returns costs that predict about the same times of well-known networks as a predictor. */
    static LogCosts costs(LatencyPredictor predictor) {
        List<Workload> networks = StarterNetworks.all();
        double[][] amounts = networks.stream().map(CostTerms::amounts).toArray(double[][]::new);
        double[] logs = networks.stream()
                .mapToDouble(work -> logSeconds(predictor, work))
                .toArray();
        return LogCosts.fit(amounts, logs, CostTerms.typical(), SPREAD, NOISE);
    }

    private static double logSeconds(LatencyPredictor predictor, Workload work) {
        return Math.log(predictor.predict(work, 1, IDLE).medianSeconds());
    }
}
