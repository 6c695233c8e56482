/** From an ONNX graph to dataflow: names and scopes, constants, weights, functions, external data. */
@NullMarked
package io.pepper.onnx.internal.model;

import org.jspecify.annotations.NullMarked;
