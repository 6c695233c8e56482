/** Small ONNX models for tests: a builder, a catalogue of topologies, inputs to run them on, and an oracle of cuts. */
@NullMarked
package io.pepper.onnx.testmodels;

import org.jspecify.annotations.NullMarked;
