package io.pepper.bench;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostTable;
import io.pepper.plan.Objective;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time of planning. Seeded random tables: devices of different speeds, links of different bandwidths, cuts of
 * different bytes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class PlannerBenchmark {
    /** Created by JMH. */
    public PlannerBenchmark() {}

    /** A chain and a cluster. */
    @State(Scope.Benchmark)
    public static class Chain {
        /** Segments x devices. */
        @Param({"20x5", "100x10", "200x16", "500x25", "1000x50", "2000x50"})
        public String size;

        Planner planner;
        int changed;
        CostTable busier;

        /** Created by JMH. */
        public Chain() {}

        /** Creates the tables. */
        @Setup
        public void fill() {
            int at = size.indexOf('x');
            int segments = Integer.parseInt(size.substring(0, at));
            int devices = Integer.parseInt(size.substring(at + 1));
            Random random = new Random(42);
            planner = Planner.of(cluster(devices, random), table(segments, devices, random));
            // The device of the busiest stage is twice as slow from then on.
            PlacedPart longest = planner.plan(Objective.LATENCY).parts().stream()
                    .max(Comparator.comparingDouble(PlacedPart::computeSeconds))
                    .orElseThrow();
            changed = planner.cluster().indexOf(longest.device().name()).orElseThrow();
            busier = planner.costs().withSlower(changed, 2);
        }
    }

    static Cluster cluster(int devices, Random random) {
        Cluster.Builder builder = Cluster.builder().source("d0").sink("d0");
        for (int i = 0; i < devices; i++) {
            builder.device(Device.of("d" + i));
        }
        for (int i = 0; i < devices; i++) {
            for (int j = i + 1; j < devices; j++) {
                builder.link("d" + i, "d" + j, Link.of(1e6 * (1 + random.nextInt(100)), 1e-4 * random.nextInt(20)));
            }
        }
        return builder.build();
    }

    static CostTable table(int segments, int devices, Random random) {
        CostTable.Builder builder = CostTable.bySegment(segments, devices);
        double[] slowness = random.doubles(devices, 0.5, 8).toArray();
        for (int segment = 0; segment < segments; segment++) {
            double work = 1e-4 * (1 + random.nextInt(50));
            for (int device = 0; device < devices; device++) {
                builder.seconds(segment, device, work * slowness[device] * (0.8 + 0.4 * random.nextDouble()));
            }
        }
        for (int cut = 0; cut <= segments; cut++) {
            builder.cutBytes(cut, 1_000 * (1 + random.nextInt(200)));
        }
        return builder.build();
    }

    /**
     * Plans for the lowest latency, starting with the table.
     *
     * @param chain the problem
     * @return the plan
     */
    @Benchmark
    public Placement latency(Chain chain) {
        return Planner.of(chain.planner.cluster(), chain.planner.costs()).plan(Objective.LATENCY);
    }

    /**
     * Plans for the lowest latency again, after the load of the busiest device has changed.
     *
     * @param chain the problem
     * @return the plan
     */
    @Benchmark
    public Placement latencyAgain(Chain chain) {
        return chain.planner
                .withCosts(chain.planner.costs().withDevice(chain.changed, chain.busier))
                .plan(Objective.LATENCY);
    }

    /** Many small, unrelated models and clusters. */
    @State(Scope.Benchmark)
    public static class Fleet {
        /** Number of problems. */
        static final int PLANS = 100_000;

        final Cluster[] clusters = new Cluster[PLANS];
        final CostTable[] tables = new CostTable[PLANS];

        /** Created by JMH. */
        public Fleet() {}

        /** Creates the tables, of 20 segments and 5 devices each. */
        @Setup
        public void fill() {
            Random random = new Random(42);
            for (int i = 0; i < PLANS; i++) {
                clusters[i] = cluster(5, random);
                tables[i] = table(20, 5, random);
            }
        }
    }

    /**
     * Plans a fleet for the lowest latency, one problem after another on one core, each starting with its table. Each
     * plan counts as an operation.
     *
     * @param fleet the problems
     * @return the sum of the latencies
     */
    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    @OperationsPerInvocation(Fleet.PLANS)
    @Fork(value = 1, jvmArgsAppend = "-Xmx3g")
    public double fleet(Fleet fleet) {
        double sum = 0;
        for (int i = 0; i < Fleet.PLANS; i++) {
            sum += Planner.of(fleet.clusters[i], fleet.tables[i])
                    .plan(Objective.LATENCY)
                    .latencySeconds();
        }
        return sum;
    }

    /** Pipelines, of fewer sizes because the search is exponential in the number of devices. */
    @State(Scope.Benchmark)
    public static class Pipeline {
        /** Segments x devices. */
        @Param({"20x5", "100x10", "200x16"})
        public String size;

        Planner planner;

        /** Created by JMH. */
        public Pipeline() {}

        /** Creates the tables. */
        @Setup
        public void fill() {
            Chain chain = new Chain();
            chain.size = size;
            chain.fill();
            planner = chain.planner;
        }
    }

    /**
     * Plans a pipeline for the highest throughput.
     *
     * @param pipeline the problem
     * @return the plan, proven optimal
     */
    @Benchmark
    public Placement throughput(Pipeline pipeline) {
        Placement best = pipeline.planner.plan(Objective.THROUGHPUT, Constraints.NONE.withReuse(false));
        if (!best.isOptimal()) {
            throw new IllegalStateException("not proven: " + best);
        }
        return best;
    }

    /**
     * Plans a pipeline for the highest throughput, and stops at a proven gap of 1 %.
     *
     * @param pipeline the problem
     * @return the plan
     */
    @Benchmark
    public Placement throughputWithinOnePercent(Pipeline pipeline) {
        Placement good = pipeline.planner.withGap(0.01).plan(Objective.THROUGHPUT, Constraints.NONE.withReuse(false));
        if (good.gap() > 0.01) {
            throw new IllegalStateException("not proven: " + good);
        }
        return good;
    }
}
