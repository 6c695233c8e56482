package io.pepper.onnx.internal.wire;

import io.pepper.onnx.internal.proto.ModelProto;

/**
 * A model without its large payloads.
 *
 * @param model the message; a tensor refers to its payload by an unknown field
 * @param payloads the payloads that were taken out
 * @param hasExternalTensors whether a tensor has its elements in another file
 */
public record Skeleton(ModelProto model, PayloadTable payloads, boolean hasExternalTensors) {}
