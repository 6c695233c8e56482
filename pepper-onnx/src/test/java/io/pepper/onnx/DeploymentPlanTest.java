package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.document.InvalidFileException;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.VerificationOptions;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.VisionTopologies;
import io.pepper.partition.CandidateCuts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.CostTable;
import io.pepper.plan.Explanation;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import io.pepper.plan.Placement;
import io.pepper.plan.PlanSimulator;
import io.pepper.plan.Planner;
import io.pepper.report.PlanReport;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

/** Plans of real models: predicted, placed, written, read, run. */
class DeploymentPlanTest {
    private static final Cluster CLUSTER = Cluster.builder()
            .device(Device.of("camera")
                    .withTimeFactor(8)
                    .withMemoryBytes(40 << 20)
                    .withPower(2, 6))
            .device(Device.builder("gateway")
                    .timeFactor(3)
                    .power(5, 20)
                    .address("192.168.1.14:7400")
                    .build())
            .device(Device.of("cloud").withPower(50, 250))
            .link("camera", "gateway", Link.of(20e6, 0.0005).withJoulesPerByte(1e-7))
            .link("gateway", "cloud", Link.of(50e6, 0.001).withJoulesPerByte(3e-7))
            .source("camera")
            .sink("gateway")
            .build();

    @TempDir
    Path directory;

    /** Ten billion operations in a second, and ten microseconds for each operator. */
    private static Prediction byArithmetic(Workload piece, int threads, DeviceState device) {
        double seconds = 1e-6
                + piece.total().flops().orElseThrow() / 1e10
                + piece.total().operators() * 1e-5;
        return new Prediction(seconds, 1.2 * seconds, false);
    }

    private static OnnxModel open(String resource) throws IOException {
        try (InputStream in = DeploymentPlanTest.class.getResourceAsStream(resource)) {
            assertThat(in).as(resource).isNotNull();
            return OnnxModel.load(in, resource.substring(resource.lastIndexOf('/') + 1));
        }
    }

    private static ModelSegments segments(OnnxModel model, InputShapes sizes, int most) throws IOException {
        ModelCosts costs = model.costs(model.shapes(sizes));
        return costs.segments(CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), most));
    }

    private static ModelSegments recognizer(OnnxModel model) throws IOException {
        return segments(model, InputShapes.NONE.withInputShape("x", 1, 3, 48, 160), 12);
    }

    @ParameterizedTest
    @CsvSource({
        "/models/ch_PP-OCRv4_rec_infer.onnx, 1x3x48x160",
        "/models/ch_PP-OCRv4_det_infer.onnx, 1x3x96x96",
        "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx, 1x3x48x192"
    })
    void writtenPlansComputeTheSameAsTheModel(String resource, String shape) throws IOException {
        long[] sizes =
                Arrays.stream(shape.split("x")).mapToLong(Long::parseLong).toArray();
        try (OnnxModel model = open(resource)) {
            ModelSegments segments = segments(model, InputShapes.NONE.withInputShape("x", sizes), 12);
            Planner planner = Planner.of(
                    CLUSTER,
                    CostModel.of(CLUSTER, DeploymentPlanTest::byArithmetic).table(segments));
            for (Objective objective : List.of(Objective.LATENCY, Objective.THROUGHPUT, Objective.ENERGY)) {
                Placement placement = planner.plan(
                        objective, Constraints.NONE.withReuse(false).withMinDevices(2));
                assertThat(placement.isOptimal()).isTrue();
                assertThat(placement.parts()).hasSizeGreaterThan(1);
                Path target = directory.resolve("plan" + objective.hashCode());
                DeploymentPlan plan = DeploymentExporter.export(
                        model,
                        segments,
                        placement,
                        target,
                        DeploymentPlan.Origin.of("arithmetic")
                                .withConstraints(Constraints.NONE
                                        .withLimit(Metric.PERIOD, 9)
                                        .withMaxDevices(3)
                                        .withOverlap(false))
                                .withCaveats(List.of("unknown load, predicted as idle: camera"))
                                .withStates(List.of(STATE)));
                assertThat(DeploymentPlan.read(target)).isEqualTo(plan);
                assertThat(plan.caveats()).containsExactly("unknown load, predicted as idle: camera");
                assertThat(plan.limits()).containsExactly(Map.entry(Metric.PERIOD, 9.0));
                assertThat(plan.constraints())
                        .containsExactly(
                                "the limit of the period",
                                "at most 3 devices",
                                "devices do not compute while they send or receive");
                assertThat(plan.states()).containsExactly(STATE);
                PlanSimulator.Trace alone = PlanSimulator.Trace.every(1, 1);
                assertThat(plan.simulator().run(alone))
                        .isEqualTo(PlanSimulator.of(placement).run(alone));
                assertThat(plan.devices())
                        .containsExactlyElementsOf(placement.parts().stream()
                                .map(part -> part.device().name())
                                .toList());
                assertThat(plan.placement().latencySeconds()).isEqualTo(placement.latencySeconds());
                assertThat(plan.tensors())
                        .hasSize(plan.devices().size() + 1)
                        .startsWith(List.of("x"))
                        .allSatisfy(tensors -> assertThat(tensors).isNotEmpty());
                VerificationOptions same =
                        VerificationOptions.DEFAULTS.withSizes(InputShapes.NONE.withInputShape("x", sizes));
                assertThat(SplitVerifier.verify(model, target, same, ProgressListener.NONE)
                                .identical())
                        .isTrue();
            }
        }
    }

    private static final DeviceState STATE = DeviceState.of("gateway")
            .withReadAt(Instant.parse("2026-01-02T03:04:05Z"))
            .withModel("box")
            .withCores(4)
            .withCpuLoadPercent(12.5)
            .withRunnableThreads(0.5)
            .withMemoryFreeBytes(1L << 33)
            .withDiskUsagePercent(40)
            .withPowerWatts(7);

    @Test
    void branchesAreWrittenAndComputeTheSame() throws IOException {
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            InputShapes sizes = InputShapes.NONE.withInputShape("x", 1, 3, 48, 160);
            ModelCosts costs = model.costs(model.shapes(sizes));
            Cuts cuts = model.cuts(costs.cutOptions());
            ModelSegments branches =
                    costs.segments(Partitioner.tree(4, costs.flops()).partition(cuts));
            assertThat(branches.count()).isEqualTo(4);
            Placement placement = Planner.of(
                            CLUSTER,
                            CostModel.of(CLUSTER, DeploymentPlanTest::byArithmetic)
                                    .table(branches))
                    .plan(Objective.LATENCY, Constraints.NONE.withMinDevices(2));
            assertThat(placement.gap()).isZero();
            Path target = directory.resolve("branches");
            DeploymentPlan plan = DeploymentExporter.export(
                    model, branches, placement, target, DeploymentPlan.Origin.of("arithmetic"), ExportOptions.DEFAULTS);
            assertThat(DeploymentPlan.read(target)).isEqualTo(plan);
            assertThat(plan.placement().latencySeconds()).isEqualTo(placement.latencySeconds());
            PlanSimulator.Trace alone = PlanSimulator.Trace.every(1, 1);
            assertThat(plan.simulator().run(alone).latenciesSeconds().get(0))
                    .isCloseTo(placement.latencySeconds(), within(1e-12));
            assertThat(SplitVerifier.verify(model, target).identical()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"1e3, false", "1e6, true", "1e7, true", "1e9, false"})
    void operatorsAreDividedBetweenTwoDevices(double bytesPerSecond, boolean divided) throws IOException {
        Cluster two = Cluster.builder()
                .device(Device.of("camera").withTimeFactor(4))
                .device(Device.of("gateway"))
                .link("camera", "gateway", Link.of(bytesPerSecond, 1e-4))
                .source("camera")
                .sink("camera")
                .build();
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            ModelCosts costs = model.costs(model.shapes(InputShapes.NONE.withInputShape("x", 1, 3, 48, 160)));
            Cuts cuts = model.cuts(costs.cutOptions());
            CostModel times = CostModel.of(two, DeploymentPlanTest::byArithmetic);
            OperatorPlanner.Plan plan = OperatorPlanner.plan(costs, cuts, two, times, Objective.LATENCY);
            assertThat(plan.segments().count() > 1).isEqualTo(divided);
            assertThat(plan.placement().gap())
                    .as("of the times of whole parts nothing is proven")
                    .isEqualTo(1);
            ModelSegments segments = costs.segments(cuts.list());
            double chain = Planner.of(two, times.table(segments))
                    .plan(Objective.LATENCY)
                    .latencySeconds();
            assertThat(plan.operatorCost())
                    .as("single tensors are not the only cuts")
                    .isLessThanOrEqualTo(chain * 1.001);
            Path target = directory.resolve("operators");
            DeploymentExporter.export(
                    model,
                    plan.segments(),
                    plan.placement(),
                    target,
                    DeploymentPlan.Origin.of("arithmetic"),
                    ExportOptions.DEFAULTS);
            assertThat(SplitVerifier.verify(model, target).identical()).isTrue();
        }
    }

    @Test
    void aReportRefersToNoOtherFiles() throws IOException {
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            ModelSegments segments = recognizer(model);
            Planner planner = Planner.of(
                    CLUSTER,
                    CostModel.of(CLUSTER, DeploymentPlanTest::byArithmetic).table(segments));
            Constraints constraints = Constraints.NONE.withReuse(false).withMinDevices(2);
            Explanation why = planner.explain(planner.plan(Objective.THROUGHPUT, constraints), constraints);
            PlanReport picture = PlanReport.of(model, segments, why)
                    .withFront(
                            Metric.LATENCY, Metric.PERIOD, planner.pareto(Metric.LATENCY, Metric.PERIOD, constraints));
            isWholePicture(picture.svg(), picture.svg(), "A pipeline", "trade-offs", "camera");
            isWholePicture(picture.html(), picture.html(), "A pipeline", "trade-offs", "camera");
            assertThat(picture.html()).contains("What would change the decision", "What runs where");
        }
    }

    private static void isWholePicture(String page, String again, String... texts) {
        assertThat(page)
                .as("the same text each time")
                .isEqualTo(again)
                .contains(texts)
                .contains("gateway", "One inference", "this plan")
                .doesNotContain("<script", "@import", "url(", "http://www.w3.org/1999/xlink");
        assertThatCode(() -> DocumentBuilderFactory.newDefaultInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(page.replace("<!DOCTYPE html>", "")))))
                .doesNotThrowAnyException();
    }

    @Test
    void aPictureOfBranchesShowsThemSideBySide() throws IOException {
        Cluster pair = Cluster.builder()
                .device(Device.of("gateway"))
                .device(Device.of("box"))
                .device(Device.of("old").withAllowed(false))
                .defaultLink(Link.of(1e12, 0))
                .source("gateway")
                .sink("gateway")
                .build();
        try (OnnxModel model = Parts.load(VisionTopologies.twoTowers())) {
            ModelCosts costs = model.costs(model.shapes());
            ModelSegments branches =
                    costs.segments(Partitioner.tree(6, costs.flops()).partition(model.cuts()));
            CostModel times = CostModel.of(pair, DeploymentPlanTest::byArithmetic);
            Planner planner = Planner.of(pair, times.table(branches));
            Placement placement = planner.plan(Objective.LATENCY);
            assertThat(placement.parts())
                    .as("both towers begin at once")
                    .filteredOn(step -> step.beginSeconds() < 1e-6)
                    .extracting(step -> step.device().name())
                    .containsExactlyInAnyOrder("gateway", "box");
            Planner whole = Planner.of(pair, times.table(costs.segments(List.of())));
            Explanation why = planner.explain(placement, Constraints.NONE)
                    .withSingleDevices(whole.singleDevices(Objective.LATENCY));
            PlanReport picture = PlanReport.of(model, branches, why);
            isWholePicture(picture.svg(), picture.svg(), "not allowed", "gateway → box");
            isWholePicture(
                    picture.html(),
                    picture.html(),
                    "What runs where",
                    "the best single device",
                    "By these predicted figures");
            Explanation other = whole.explain(whole.plan(Objective.LATENCY), Constraints.NONE);
            assertThatThrownBy(() -> PlanReport.of(model, branches, other))
                    .hasMessageContaining("the placement is of 1 segments, not " + branches.count());
        }
    }

    @Test
    void workloadsOfSegmentsAddUpToTheModel() throws IOException {
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            ModelSegments segments = recognizer(model);
            int count = segments.count();
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += segments.workload(i, i + 1).total().flops().orElseThrow();
            }
            assertThat(segments.workload(0, count).total().flops()).hasValue(sum);
            assertThat(segments.workload(0, count)
                            .get(WorkloadMeasure.WEIGHT_BYTES)
                            .orElseThrow())
                    .isCloseTo((double) model.weightBytes(), within(1e3));
            assertThat(segments.flows().get(0).bytes()).isEqualTo(4.0 * 3 * 48 * 160);
            assertThatThrownBy(() -> segments.workload(2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            Placement other = Planner.of(
                            CLUSTER,
                            CostTable.bySegment(2, 3).memoryBytes(0, 1, 1, 1).build())
                    .plan(Objective.LATENCY);
            assertThatThrownBy(() -> segments.partition(other)).hasMessageContaining("the placement is of 2 segments");
        }
    }

    @Test
    void openSizesAreNamed() throws IOException {
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            ModelCosts costs = model.costs(model.shapes());
            List<Cut> cuts = model.cuts().list().subList(0, 1);
            assertThatThrownBy(() -> costs.segments(cuts)).isInstanceOf(UnknownSizeException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 24, 211, 500})
    void candidatesAreManyAndNarrow(int most) throws IOException {
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            ModelCosts costs = model.costs(model.shapes(InputShapes.NONE.withInputShape("x", 1, 3, 48, 160)));
            Cuts all = model.cuts(costs.cutOptions());
            List<Cut> chosen = CandidateCuts.choose(all, costs.flops(), most);
            assertThat(chosen).hasSizeLessThanOrEqualTo(most).hasSizeGreaterThan(Math.min(all.size(), most) / 2);
            assertThat(all.list()).containsSubsequence(chosen);
            assertThatThrownBy(() -> CandidateCuts.choose(all, costs.flops(), 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private Path written() throws IOException {
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            ModelSegments segments = recognizer(model);
            Planner planner = Planner.of(
                    CLUSTER,
                    CostModel.of(CLUSTER, DeploymentPlanTest::byArithmetic).table(segments));
            Path target = directory.resolve("written");
            DeploymentExporter.export(
                    model,
                    segments,
                    planner.plan(Objective.LATENCY, Constraints.NONE.withMinDevices(2)),
                    target,
                    DeploymentPlan.Origin.of("arithmetic"));
            return target;
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"version\" : 2 | \"version\" : 3 | version: is 3",
                "\"version\" : 2 | \"version\" : 1 | writes the plan again",
                "pepper-plan | other-plan | format: is 'other-plan'",
                "\"device\" : \"gateway\" | \"device\" : \"moon\" | parts[0].device: 'moon' is not in the cluster",
                "_part1.onnx | _part9.onnx | parts[0].file: is another part than in partition.json",
                "\"latencyWeight\" : 1.0 | \"latencyWeight\" : 0.0 | objective: the weights of an objective",
                "\"created\" : \"2 | \"created\" : \"x | created: is not a timestamp",
                "\"computeSeconds\" : | \"computeSeconds\" : -1, \"x\" : | parts[0].computeSeconds: is less than 0",
                "\"from\" : \"camera\" | \"from\" : \"moon\" | transfers[0].from: 'moon' is not in the cluster",
                "\"from\" : \"camera\" | \"from\" : \"gateway\" | transfers[0]: 'gateway' and 'gateway' are not linked",
                "\"flow\" : 0 | \"flow\" : 9 | transfers[0].flow: a whole number from 0 to 3 is expected",
                "\"producer\" : 0 | \"producer\" : 1 | flows[1]: the readers [1] of a flow come after its producer 1",
                "\"producer\" : 0 | \"producer\" : 3 | flows[1].producer: a whole number from 0 to 2 is expected",
                "\"latencySeconds\" : | \"latencySeconds\" : 9, \"x\" : | costs.latencySeconds: is 9.0, where the parts",
                "\"gap\" : 0.0 | \"gap\" : 1.5 | costs.gap: is more than 1",
                "\"p90Seconds\" : | \"p90Seconds\" : 0, \"x\" : | parts[0].p90Seconds: is less than computeSeconds",
                "\"output\" : false | \"output\" : 1 | flows[0].output: true or false is expected",
                "\"states\" : [ ] | \"states\" : [ {\"device\": \"moon\"} ] | states[0].device: 'moon' is not in the cluster",
                "\"source\" : \"camera\" | \"source\" : \"moon\" | cluster: there is no device 'moon'",
                "\"sha256\" : \" | \"sha256\" : \"0 | partition.sha256: belongs to another partition.json than the one beside the plan"
            })
    void aPlanThatWasChangedIsRefused(String what, String by, String message) throws IOException {
        Path target = written();
        Path file = target.resolve(DeploymentPlan.FILE_NAME);
        String text = Files.readString(file);
        assertThat(text).contains(what);
        int at = text.indexOf(what);
        Files.writeString(file, text.substring(0, at) + by + text.substring(at + what.length()));
        assertThatThrownBy(() -> DeploymentPlan.read(target))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aPlanOfPartsThatWereChangedIsRefused() throws IOException {
        Path target = written();
        Path part = target.resolve(PartitionManifest.read(target).parts().get(1).file());
        byte[] bytes = Files.readAllBytes(part);
        bytes[bytes.length - 1] ^= 1;
        Files.write(part, bytes);
        assertThatThrownBy(() -> DeploymentPlan.read(target))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("parts[1].file: the file '" + part.getFileName() + "' has another SHA-256");
        Files.delete(part);
        assertThatThrownBy(() -> DeploymentPlan.read(target))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("parts[1].file: there is no file");
    }

    @Test
    void partlyUnknownStatesAreReadBack() throws IOException {
        DeviceState little = DeviceState.of("camera").withCpuLoadPercent(60);
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            ModelSegments segments = recognizer(model);
            Placement placement = Planner.of(
                            CLUSTER,
                            CostModel.of(CLUSTER, DeploymentPlanTest::byArithmetic)
                                    .table(segments))
                    .plan(Objective.LATENCY);
            Path target = directory.resolve("little");
            DeploymentExporter.export(
                    model,
                    segments,
                    placement,
                    target,
                    DeploymentPlan.Origin.of("arithmetic").withStates(List.of(little, DeviceState.of("cloud"))));
            assertThat(DeploymentPlan.read(target).states()).containsExactly(little, DeviceState.of("cloud"));
        }
    }

    @Test
    void operatorsArePinnedByTheirSegment() throws IOException {
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            ModelSegments segments = recognizer(model);
            int last = model.graph().operatorCount() - 1;
            int segment = segments.segmentOf(model.graph().operatorName(last));
            assertThat(segment).isEqualTo(segments.count() - 1);
            Placement placement = Planner.of(
                            CLUSTER,
                            CostModel.of(CLUSTER, DeploymentPlanTest::byArithmetic)
                                    .table(segments))
                    .plan(Objective.LATENCY, Constraints.NONE.withPin(segment, "camera"));
            assertThat(placement
                            .parts()
                            .get(placement.parts().size() - 1)
                            .device()
                            .name())
                    .isEqualTo("camera");
            assertThatThrownBy(() -> segments.segmentOf("no such operator"))
                    .hasMessage("'no such operator' is the name of an operator in no segment");
        }
    }

    @Test
    void exportingOtherPartsRemovesThePlan() throws IOException {
        Path target = written();
        assertThat(target.resolve(DeploymentPlan.FILE_NAME)).exists();
        try (OnnxModel model = open("/models/ch_PP-OCRv4_rec_infer.onnx")) {
            SubmodelExporter.export(model, Partition.whole(model.graph()), target);
            assertThat(target.resolve(DeploymentPlan.FILE_NAME)).doesNotExist();
            assertThatThrownBy(() -> DeploymentPlan.read(target)).isInstanceOf(NoSuchFileException.class);
            Files.writeString(target.resolve(DeploymentPlan.FILE_NAME), "{\"mine\": 1}");
            ModelSegments segments = recognizer(model);
            Placement placement = Planner.of(
                            CLUSTER,
                            CostModel.of(CLUSTER, DeploymentPlanTest::byArithmetic)
                                    .table(segments))
                    .plan(Objective.LATENCY);
            assertThatThrownBy(() -> DeploymentExporter.export(
                            model, segments, placement, target, DeploymentPlan.Origin.of("arithmetic")))
                    .as("a file of that name that is no plan stays")
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThat(Files.readString(target.resolve(DeploymentPlan.FILE_NAME)))
                    .isEqualTo("{\"mine\": 1}");
        }
    }
}
