// 03: a cluster of a camera, a gateway and a server; what should run where, why, and when that would change.

Cluster cluster = Cluster.builder().
        device(Device.of("camera").withMemoryBytes(256_000_000).withTimeFactor(6).withPower(2.7, 6.4)).
        device(Device.of("gateway").withPower(9, 28)).
        device(Device.of("server").withTimeFactor(0.4).withPower(60, 180)).
        link("camera", "gateway", Link.of(10e6, 0.002)).
        link("gateway", "server", Link.of(20e6, 0.015)).
        source("camera").
        build();

OnnxModel model = OnnxModel.load(file);
ModelCosts costs = model.costs(model.shapes(sizes));
ModelSegments segments = costs.segments(CandidateCuts.choose(model.cuts(costs.cutOptionsBetweenKernels()), costs.flops(), 12));
say(segments.count() + " segments to place");

// Ten seconds of measuring this machine, for a first idea; notebook 02 makes a better predictor.
LatencyPredictor predictor = RooflinePredictor.calibrate(ProgressListener.NONE);
Planner planner = Planner.of(cluster, CostModel.of(cluster, predictor).table(segments));

Placement fastest = planner.plan(Objective.LATENCY);
say("soonest: " + fastest + ", proven: " + fastest.isOptimal());
Placement busiest = planner.plan(Objective.THROUGHPUT, Constraints.NONE.withReuse(false));
say("most in a second: " + busiest + ", " + Math.round(busiest.throughputPerSecond()) + "/s, paced by " + busiest.bottleneck());

Explanation why = planner.explain(fastest, Constraints.NONE);
why.singleDevices().forEach(single -> say("  all on one: " + single));
why.flips().forEach(flip -> say("  if " + flip.what() + " were " + flip.factor() + " times what it is: " + flip.then()));

List<Placement> front = planner.pareto(Metric.LATENCY, Metric.ENERGY, Constraints.NONE);
front.forEach(choice -> say("  " + choice.latencySeconds() + " s for " + choice.energyJoules().getAsDouble() + " J"));

Path page = here.resolve("plan.html");
Files.writeString(page, PlanReport.of(model, segments, why).withFront(Metric.LATENCY, Metric.ENERGY, front).html());
say("look at " + page);

DeploymentPlan deployment = DeploymentExporter.export(model, segments, fastest, here.resolve("deployment"), DeploymentPlan.Origin.of("roofline"));
say(deployment.devices().size() + " parts in " + here.resolve("deployment"));
model.close();
