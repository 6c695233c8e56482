package io.pepper.serving.internal;

import java.nio.ByteBuffer;

/**
 * A tensor in a message, its values in binary form: row by row, little-endian, texts with their lengths before them.
 *
 * @param header its name, type and shape
 * @param data a direct buffer from its position to its limit, which has as many bytes as the header needs
 */
public record WireTensor(TensorHeader header, ByteBuffer data) {}
