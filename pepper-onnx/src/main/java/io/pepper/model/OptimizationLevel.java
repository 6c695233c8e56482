package io.pepper.model;

/** How much ONNX Runtime may rewrite a graph before running it. */
public enum OptimizationLevel {
    /** Nothing is rewritten: the whole and its parts must agree in every bit. */
    NONE,
    /** Rewriting that keeps the meaning, such as folding constants and dropping identities. */
    BASIC,
    /** {@link #BASIC}, and fusions into operators of the processor's own. */
    EXTENDED,
    /** {@link #EXTENDED}, and changes of the memory layout. */
    ALL
}
