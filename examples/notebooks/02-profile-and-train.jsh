// 02: measure a model and pieces of it under load, learn from that, and predict a piece that was not measured.
// A real campaign measures several models and the operator sweep, for an hour; this one takes a minute and shows the way.

List<ProfileTarget> pieces = new ArrayList<>();
try (OnnxModel model = OnnxModel.load(file)) {
    pieces.addAll(ProfileTargets.of(model, sizes, here.resolve("pieces"), 8, 42, ProgressListener.NONE));
}
say(pieces.size() + " pieces: the whole, and spans between cuts");
ProfileTarget unseen = pieces.remove(pieces.size() - 1);

TimingOptions quick = TimingOptions.DEFAULTS.withSpinning(false).withRuns(5, 50).withBudget(Duration.ofMillis(100));
List<LoadLevel> loads = List.of(LoadLevel.NONE, LoadLevel.onAllCores(50), LoadLevel.onAllCores(100));
Campaign plan = new Campaign(pieces, loads, List.of(1), 1, quick, 42);
Path csv = here.resolve("latencies.csv");
LatencyDataset data = LatencyProfiler.run(plan, () -> DeviceState.of("here"), csv, (task, done, total) -> { if (done % 8 == 0) say("  " + done + " of " + total + ": " + task); });
say(data.records().size() + " measurements in " + csv);

// Trees, and how wrong they are on what they did not see.
LatencyTrainer trained = LatencyTrainer.train(data, TrainingOptions.EXTENDED, ProgressListener.NONE);
trained.validations().forEach((folds, validation) -> say("held back by " + folds + ": median error " + Math.round(100 * validation.accuracy().medianApe()) + " %"));
Path report = here.resolve("training.html");
TrainingReport.of(trained).write(report);
say("look at " + report);
trained.predictor().save(here.resolve("here.predictor"));

// The piece that was left out: predicted at two loads, and what the easiest guess says.
TrainedPredictor predictor = TrainedPredictor.load(here.resolve("here.predictor"));
LatencyPredictor roofline = RooflinePredictor.calibrate(ProgressListener.NONE);
int cores = Runtime.getRuntime().availableProcessors();
for (double load : List.of(0.0, 100.0)) {
    DeviceState state = DeviceState.of("here").withCores(cores).withCpuLoadPercent(load).withRunnableThreads(load / 100 * cores);
    say("at " + load + " % load: trees " + predictor.predict(unseen.work(), 1, state).medianSeconds() + " s, roofline " + roofline.predict(unseen.work(), 1, state).medianSeconds() + " s");
}
say("measured without load: " + ModelTimer.time(unseen.file(), quick.withSizes(unseen.sizes())).medianSeconds() + " s");
