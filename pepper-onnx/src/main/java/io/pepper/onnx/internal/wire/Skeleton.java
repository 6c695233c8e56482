package io.pepper.onnx.internal.wire;

import io.pepper.onnx.internal.proto.ModelProto;

/**
 * A model without its large payloads.
 *
 * @param model the message; a tensor whose payload was taken out refers to it by an unknown field
 * @param payloads what was taken out
 * @param hasExternalTensors whether a tensor keeps its elements in another file
 */
public record Skeleton(ModelProto model, PayloadTable payloads, boolean hasExternalTensors) {}
