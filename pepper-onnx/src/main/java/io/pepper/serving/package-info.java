/**
 * Models and parts on inference servers, by the Open Inference Protocol, version 2, which Triton, KServe and OpenVINO
 * Model Server have, too. {@link io.pepper.serving.InferenceServer} serves sessions; {@link
 * io.pepper.serving.RemoteStages} runs parts on servers. Both do so by gRPC, which needs {@code
 * io.grpc:grpc-netty-shaded}, or by REST, which needs nothing.
 */
@NullMarked
package io.pepper.serving;

import org.jspecify.annotations.NullMarked;
