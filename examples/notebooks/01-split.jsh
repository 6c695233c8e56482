// 01: where a model can be cut, what its parts would cost, and the proof that they compute what the whole computes.

OnnxModel model = OnnxModel.load(file);
say(model.operatorCount() + " operators, " + model.weightBytes() / 1_000_000 + " MB of weights; it takes " + model.inputs());

// What it costs, at these sizes of inputs.
ModelCosts costs = model.costs(model.shapes(sizes));
ModelCharacteristics known = costs.characteristics();
say(known.flops().getAsLong() / 1_000_000 + " million operations, at most " + known.peakActivationBytes().getAsLong() / 1_000_000 + " MB alive");

// Every single tensor that separates the model; of those, the ones that carry least.
Cuts cuts = model.cuts(costs.cutOptionsBetweenKernels());
say(model.cuts().size() + " cuts, " + cuts.size() + " of them between kernels; the five that carry least:");
cuts.list().stream().sorted(Comparator.comparingLong((Cut cut) -> cut.bytes().getAsLong())).limit(5).forEach(cut -> say("  " + cut + ", " + cut.bytes().getAsLong() + " bytes"));

// Three parts of about equal arithmetic.
Partition partition = Partitioner.balanced(3, costs.flops()).partition(cuts);
for (Segment segment : partition.segments()) {
    say("  part of " + costs.characteristics(segment).flops().getAsLong() / 1_000_000 + " million operations");
}

// A picture: bytes alive and arithmetic along the model, all cuts, these parts.
Path picture = here.resolve("model.html");
Files.writeString(picture, ModelReport.of(model, costs, cuts, partition).as(ModelReport.Format.HTML));
say("look at " + picture);

// ONNX files, and the proof.
PartitionManifest manifest = SubmodelExporter.export(model, partition, here.resolve("parts"));
manifest.parts().forEach(part -> say("  " + part.file() + ": " + part.operators() + " operators, " + part.bytes() + " bytes"));
Verification proof = SplitVerifier.verify(model, here.resolve("parts"));
say("whole and parts agree bit by bit: " + proof.identical());
model.close();
