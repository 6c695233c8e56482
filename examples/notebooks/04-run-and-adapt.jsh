// 04: run parts as if they were the model, as a pipeline, and let the placement follow what is measured.

Path parts = here.resolve("running");
OnnxModel model = OnnxModel.load(file);
ModelCosts costs = model.costs(model.shapes(sizes));
SubmodelExporter.export(model, Partitioner.balanced(2, costs.flops()).partition(model.cuts(costs.cutOptionsBetweenKernels())), parts);
Map<String, OnnxTensor> image = RandomInputs.of(model.inputs(), sizes, 42);

// One request: the names of the whole model go in and come out.
try (PartitionedSession session = PartitionedSession.open(parts); RunOutputs outputs = session.run(image)) {
    outputs.values().forEach((name, value) -> say("  " + name + ": " + value.getInfo()));
    session.metrics().forEach(stage -> say("  " + stage.stage() + ": " + stage.busySeconds() + " s"));
}

// A pipeline: each part works on another request.
PipelineSession pipeline = PipelineSession.open(parts);
long begin = System.nanoTime();
List<CompletableFuture<Void>> answers = new ArrayList<>();
for (int i = 0; i < 40; i++) {
    answers.add(pipeline.submit(RandomInputs.of(pipeline.inputs(), sizes, i)).thenAccept(outputs -> outputs.close()));
}
answers.forEach(CompletableFuture::join);
say(Math.round(40 / ((System.nanoTime() - begin) / 1e9)) + " answers in a second");
pipeline.close();

// A placement that follows: "there" is described as almost as fast as "here", so that soon one of them is the better.
Cluster devices = Cluster.builder().
        device(Device.of("here")).
        device(Device.of("there").withTimeFactor(1.2)).
        link("here", "there", Link.of(100e6, 0.0005)).
        build();
ModelSegments segments = costs.segments(CandidateCuts.choose(model.cuts(costs.cutOptionsBetweenKernels()), costs.flops(), 4));
CostModel times = CostModel.of(devices, RooflinePredictor.calibrate(ProgressListener.NONE));
Replanner monitor = Replanner.builder(segments, times).build();
AdaptiveSession.Opener opener = AdaptiveSession.Opener.of(model, segments, here.resolve("placements"), PipelineSession::open);
AdaptiveSession session = AdaptiveSession.open(monitor, opener, AdaptiveOptions.DEFAULTS.withTrial(trial -> trial.run(image).close()));
say("runs on " + session.placement());
for (int i = 0; i < 20; i++) {
    session.run(image).close();
}
session.adapt(); // by itself every few seconds; here at once
say("'here' really takes " + session.correction("here") + " times what was predicted; now on " + session.placement());
session.close();
image.values().forEach(OnnxTensor::close);
model.close();
