package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a plan says of how far its figures can be believed. */
class PlanCaveatsTest {
    private static final Cluster CLUSTER = Cluster.builder()
            .device(Device.of("camera").withPredictor("small"))
            .device(Device.of("cloud"))
            .link("camera", "cloud", Link.of(1e6, 0.001))
            .source("camera")
            .sink("cloud")
            .build();

    /** Segment {@code i} has {@code i + 1} weight bytes; a run has their sum. */
    private record Row(int count) implements Segments {
        @Override
        public Workload workload(int from, int to) {
            double bytes = 0;
            for (int i = from; i < to; i++) {
                bytes += i + 1;
            }
            return Workload.builder().set(WorkloadMeasure.WEIGHT_BYTES, bytes).build();
        }

        @Override
        public List<Flow> flows() {
            double[] bytes = new double[count() + 1];
            Arrays.fill(bytes, 1);
            return Flow.ofChain(bytes);
        }
    }

    /** Knows work of up to some bytes; what is larger is extrapolated. */
    private record Limited(double most, List<String> caveats) implements LatencyPredictor {
        @Override
        public Prediction predict(Workload piece, int threads, DeviceState device) {
            double bytes = piece.get(WorkloadMeasure.WEIGHT_BYTES).orElseThrow();
            return new Prediction(bytes, bytes, bytes > most);
        }
    }

    private static Placement split(CostModel model, Segments segments, int at) {
        Planner planner = Planner.of(CLUSTER, model.table(segments));
        return planner.plan(
                Objective.LATENCY,
                Constraints.NONE.withPin(0, "camera").withPin(at - 1, "camera").withPin(at, "cloud"));
    }

    private static CostModel known(CostModel model) {
        return model.withState(DeviceState.of("camera").withCpuLoadPercent(10))
                .withState(DeviceState.of("cloud").withCpuLoadPercent(0));
    }

    @Test
    void nothingIsSaidWhereAllIsKnown() {
        Segments segments = new Row(3);
        CostModel model = known(
                CostModel.of(CLUSTER, new Limited(100, List.of())).withPredictor("small", new Limited(100, List.of())));
        assertThat(model.caveats(segments, split(model, segments, 1))).isEmpty();
    }

    @Test
    void extrapolatedPartsAreNamedWithTheirDevice() {
        Segments segments = new Row(3);
        CostModel model = known(
                CostModel.of(CLUSTER, new Limited(4, List.of())).withPredictor("small", new Limited(4, List.of())));
        assertThat(model.caveats(segments, split(model, segments, 1)))
                .containsExactly("extrapolated, since nothing like it was measured: part 2 on cloud");
    }

    /** Beyond the number of segments up to which runs are predicted as one piece, single segments are. */
    @Test
    void segmentsThatArePredictedOneByOneAreJudgedOneByOne() {
        Segments segments = new Row(CostModel.MAX_SEGMENTS_BY_RUN + 1);
        CostModel all = known(CostModel.of(CLUSTER, new Limited(CostModel.MAX_SEGMENTS_BY_RUN + 1, List.of()))
                .withPredictor("small", new Limited(CostModel.MAX_SEGMENTS_BY_RUN + 1, List.of())));
        assertThat(all.caveats(segments, split(all, segments, 20))).isEmpty();
        CostModel butTheLast = known(CostModel.of(CLUSTER, new Limited(CostModel.MAX_SEGMENTS_BY_RUN, List.of()))
                .withPredictor("small", new Limited(CostModel.MAX_SEGMENTS_BY_RUN, List.of())));
        assertThat(butTheLast.caveats(segments, split(butTheLast, segments, 20)))
                .containsExactly("extrapolated, since nothing like it was measured: part 2 on cloud");
    }

    @Test
    void devicesOfUnknownLoadAreNamedIfTheyRunSomething() {
        Segments segments = new Row(2);
        CostModel model = CostModel.of(CLUSTER, new Limited(100, List.of()))
                .withPredictor("small", new Limited(100, List.of()))
                .withState(DeviceState.of("cloud").withCores(8))
                .withState(DeviceState.of("camera").withCpuLoadPercent(50));
        assertThat(model.caveats(segments, split(model, segments, 1)))
                .containsExactly("unknown load, predicted as idle: cloud");
        Placement allOnCamera = Planner.of(CLUSTER, model.table(segments))
                .plan(Objective.LATENCY, Constraints.NONE.withPin(0, "camera").withPin(1, "camera"));
        assertThat(model.caveats(segments, allOnCamera)).isEmpty();
    }

    @Test
    void caveatsOfPredictorsAreListedOnceWithTheirDevices() {
        Segments segments = new Row(2);
        CostModel both = known(CostModel.of(CLUSTER, new Limited(100, List.of("is off by 40 %")))
                .withPredictor("small", new Limited(100, List.of("is off by 40 %", "is young"))));
        assertThat(both.caveats(segments, split(both, segments, 1)))
                .containsExactly("the predictor for camera, cloud is off by 40 %", "the predictor for camera is young");
    }

    @Test
    void caveatsOfSeveralPlacementsAreMerged() {
        Segments segments = new Row(3);
        CostModel model = CostModel.of(CLUSTER, new Limited(4, List.of("is young")))
                .withPredictor("small", new Limited(4, List.of("is young")));
        Placement allOnCamera = Planner.of(CLUSTER, model.table(segments))
                .plan(
                        Objective.LATENCY,
                        Constraints.NONE
                                .withPin(0, "camera")
                                .withPin(1, "camera")
                                .withPin(2, "camera"));
        assertThat(model.caveats(segments, List.of(allOnCamera, split(model, segments, 1))))
                .containsExactly(
                        "extrapolated, since nothing like it was measured: part 1 on camera, part 2 on cloud",
                        "unknown load, predicted as idle: camera, cloud",
                        "the predictor for camera, cloud is young");
        assertThat(model.caveats(segments, List.of())).isEmpty();
    }

    @Test
    void placementsOfBranchesAreJudgedPartByPart() {
        Segments towers = new Segments() {
            @Override
            public int count() {
                return 2;
            }

            @Override
            public Workload workload(int from, int to) {
                return new Row(2).workload(from, to);
            }

            @Override
            public List<Flow> flows() {
                return List.of(Flow.input(1, 0, 1), Flow.output(0, 1), Flow.output(1, 1));
            }
        };
        CostModel model = CostModel.of(CLUSTER, new Limited(1, List.of("is young")))
                .withPredictor("small", new Limited(1, List.of()));
        Placement placement = Planner.of(CLUSTER, model.table(towers))
                .plan(Objective.LATENCY, Constraints.NONE.withPin(0, "camera").withPin(1, "cloud"));
        assertThat(model.caveats(towers, placement))
                .containsExactly(
                        "extrapolated, since nothing like it was measured: part 2 on cloud",
                        "unknown load, predicted as idle: camera, cloud",
                        "the predictor for cloud is young");
    }
}
