package io.pepper.onnx.internal.model;

import java.util.List;
import java.util.Set;

/**
 * The facts on one operator, including its bodies.
 *
 * @param reads the tensors that it reads: its inputs, one entry per use, then those that its bodies capture, each once
 * @param random whether it, or an operator in its bodies, may give other outputs for the same inputs, without calls
 * @param foreign whether it, or an operator in its bodies, has a domain that is neither known nor a function's
 * @param calls the functions of the model that it and its bodies call directly
 * @param storedBytes the bytes of the tensors in its attributes and bodies
 */
record NodeFacts(List<String> reads, boolean random, boolean foreign, Set<FunctionId> calls, long storedBytes) {}
