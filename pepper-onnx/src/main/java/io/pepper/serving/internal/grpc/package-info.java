/** The gRPC form of the protocol; the only package that needs gRPC. */
@NullMarked
package io.pepper.serving.internal.grpc;

import org.jspecify.annotations.NullMarked;
