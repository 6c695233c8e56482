package io.pepper.model;

/** The graph rewriting that ONNX Runtime may do before a run. */
public enum OptimizationLevel {
    /** No rewriting: the whole and its parts must agree in every bit. */
    NONE,
    /** Rewriting that keeps the meaning, such as folding constants and removing identities. */
    BASIC,
    /** {@link #BASIC}, and fusion into operators of the processor. */
    EXTENDED,
    /** {@link #EXTENDED}, and changes of the memory layout. */
    ALL
}
