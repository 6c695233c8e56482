/**
 * Parts that run as the model, through ONNX Runtime. {@link io.pepper.session.PartitionedSession} answers one request at a time for
 * each thread that asks, {@link io.pepper.session.PipelineSession} many, {@link io.pepper.session.AdaptiveSession} moves where it is
 * better, and {@link io.pepper.session.SamplingSession} checks any of them. ONNX Runtime's tensors stand in signatures: they are what
 * is run.
 */
@NullMarked
package io.pepper.session;

import org.jspecify.annotations.NullMarked;
