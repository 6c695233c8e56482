/**
 * Models on this machine, through ONNX Runtime: how long they take ({@link io.pepper.runtime.ModelTimer}), and parts that run as the
 * model. {@link io.pepper.runtime.PartitionedSession} answers one request at a time for each thread that asks,
 * {@link io.pepper.runtime.PipelineSession} many, {@link io.pepper.runtime.AdaptiveSession} moves where it is better, and
 * {@link io.pepper.runtime.SamplingSession} checks any of them. ONNX Runtime's tensors stand in signatures: they are what is run.
 */
@NullMarked
package io.pepper.runtime;

import org.jspecify.annotations.NullMarked;
