// 06: from nothing to a deployed, running and watched model on three nodes. Here they are in this process; on boards, `pepper node` starts each.
import io.pepper.distributed.*;
import io.pepper.examples.DeployedPart;
System.setProperty("org.slf4j.simpleLogger.log.org.apache.pekko", "error"); // Otherwise Pekko warns of each connection that ends.

// Three nodes on free ports of this machine: the first forms the cluster, the others join it.
ClusterNodeOptions node(String name) { return ClusterNodeOptions.of(name, here.resolve("store-" + name)); }
ClusterNode camera = ClusterNode.start(node("camera"));
List<String> seeds = List.of(camera.address());
ClusterNode gateway = ClusterNode.start(node("gateway").withSeeds(seeds));
ClusterNode server = ClusterNode.start(node("server").withSeeds(seeds));
ClusterClient client = ClusterClient.join(ClusterClientOptions.of(seeds));
client.nodes().forEach(each -> say(each.name() + " at " + each.address() + ", " + each.cores() + " cores"));

// The devices of the plan are the nodes, with the states that they read, and the links that they measure between each other.
ClusterMonitor monitor = ClusterMonitor.of(client);
Cluster cluster = Cluster.builder().
        device(Device.of("camera")).
        device(Device.of("gateway")).
        device(Device.of("server")).
        defaultLink(Link.of(100e6, 0.001)).
        source("camera").
        build().
        withStates(monitor.states()).
        withLinkStates(monitor.links());
monitor.states().forEach(state -> say("  " + state.device() + ": " + state.cpuLoadPercent().orElse(0) + " % load"));
say("from the camera to the server: " + cluster.link(0, 2).orElseThrow());

// A plan: a part for each device, so that three requests are computed at the same time.
OnnxModel model = OnnxModel.load(file);
ModelCosts costs = model.costs(model.shapes(sizes));
ModelSegments segments = costs.segments(CandidateCuts.choose(model.cuts(costs.cutOptionsBetweenKernels()), costs.flops(), 12));
Planner planner = Planner.of(cluster, CostModel.of(cluster, RooflinePredictor.calibrate(ProgressListener.NONE)).table(segments));
Placement placement = planner.plan(Objective.THROUGHPUT, Constraints.NONE.withReuse(false).withMinDevices(3));
Path parts = here.resolve("for-the-cluster");
DeploymentExporter.export(model, segments, placement, parts, DeploymentPlan.Origin.of("roofline"));

// Each node gets its own part, and the part of another node as a spare; it opens them in a child process first, and says ready.
DeployResult deployed = client.deploy("ocr", parts, 1, ProgressListener.NONE);
say("version " + deployed.version() + ", parts by node: " + deployed.parts());

// A deployment is a session like any other. Tensors go from node to node, and the answers are those of the parts in this process.
ClusterSession session = ClusterSession.open(client, "ocr", ClusterSessionOptions.DEFAULTS);
Map<String, OnnxTensor> image = RandomInputs.of(model.inputs(), sizes, 42);
String answer = model.outputs().get(0).name();
try (PartitionedSession local = PartitionedSession.open(parts); RunOutputs expected = local.run(image); RunOutputs found = session.run(image)) {
    say("bit-identical: " + expected.tensor(answer).getByteBuffer().equals(found.tensor(answer).getByteBuffer()));
}

// Many requests at the same time, answered in their order.
int answered(int count) throws Exception {
    List<CompletableFuture<RunOutputs>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) answers.add(session.submit(RandomInputs.of(session.inputs(), sizes, i)));
    for (CompletableFuture<RunOutputs> each : answers) each.get().close();
    return answers.size();
}
say(answered(20) + " answers from " + session.devices());
session.hops().forEach(hop -> say("  to " + (hop.stage().isEmpty() ? "the caller" : hop.stage()) + ": " + hop.bytes() / 1000 + " kB in " + hop.wireSeconds() + " s"));

// What the nodes measured, beside what the plan predicted.
DeployedPart.of(client.nodes(), Map.of("ocr", client.plan("ocr"))).stream().filter(DeployedPart::planned).forEach(part ->
        say("  part " + part.part() + " on " + part.node() + ": " + part.metrics().orElseThrow().meanRunSeconds().orElseThrow() +
                " s a run, predicted " + part.predictedSeconds().orElseThrow() + " s"));

// The gateway goes. Its spare takes over, and no request is lost.
gateway.close();
say(answered(20) + " answers without the gateway, from " + session.devices());

session.close();
say("removed from " + client.undeploy("ocr"));
client.close();
server.close();
camera.close();
image.values().forEach(OnnxTensor::close);
model.close();
