/**
 * Sessions that run the parts as one model, through ONNX Runtime. {@link io.pepper.session.PartitionedSession} answers
 * one request per calling thread, {@link io.pepper.session.PipelineSession} overlaps requests, {@link
 * io.pepper.session.AdaptiveSession} moves to better placements, and {@link io.pepper.session.VerifiedSession} checks
 * any of them. Signatures name ONNX Runtime's tensors, since these are the inputs and outputs.
 */
@NullMarked
package io.pepper.session;

import org.jspecify.annotations.NullMarked;
