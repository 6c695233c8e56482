package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import io.pepper.model.ElementType;
import io.pepper.model.InputValues;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** A generator of the inputs of a trial. The same seed, draw and input name give the same values. */
public final class InputGenerator {
    private static final int MASK_ONES = 8;
    private static final int SMALL = 3;
    private static final int SCALES = 4;

    /** Up to this number of elements, real numbers may be scales, ratios or limits. */
    private static final int FEW = 8;

    private final long seed;
    private final Map<String, InputValues> given;

    /**
     * Creates a generator.
     *
     * @param seed the seed of random values
     * @param given the given values
     */
    public InputGenerator(long seed, Map<String, InputValues> given) {
        this.seed = seed;
        this.given = given;
    }

    /**
     * Creates the values of all inputs.
     *
     * @param plan the inputs
     * @param draw the choice of values
     * @return tensors by name, which the caller closes
     * @throws OrtException if ONNX Runtime refuses one
     */
    public Map<String, OnnxTensor> create(List<PlannedInput> plan, Draw draw) throws OrtException {
        var tensors = new LinkedHashMap<String, OnnxTensor>();
        try {
            for (PlannedInput input : plan) {
                InputValues values = given.get(input.name());
                tensors.put(input.name(), values == null ? random(input, draw) : given(input, values));
            }
            return tensors;
        } catch (OrtException | RuntimeException e) {
            tensors.values().forEach(OnnxTensor::close);
            throw e;
        }
    }

    private OnnxTensor random(PlannedInput input, Draw draw) throws OrtException {
        boolean controls = controls(input, draw);
        Random random = draw.random(seed, input.name(), controls);
        if (input.type().equals("string")) {
            var strings = new String[input.elements()];
            for (int i = 0; i < strings.length; i++) {
                strings[i] = "s" + random.nextInt(100);
            }
            return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), strings, input.dims());
        }
        OnnxJavaType type = javaType(input);
        int count = input.elements();
        ByteBuffer data =
                ByteBuffer.allocateDirect(Math.multiplyExact(count, type.size)).order(ByteOrder.nativeOrder());
        Draw.Pattern pattern = draw.attempt() > 0 && controls
                ? Draw.pattern(random)
                : (position, all) -> integer(input, random, position);
        for (int i = 0; i < count; i++) {
            put(data, type, isReal(type) && !controls ? real(random, draw.trial()) : pattern.value(i, count));
        }
        return tensor(data.flip(), input, type);
    }

    /**
     * Returns whether the values of an input may decide whether the model runs: integers and, after the first attempt,
     * inputs of few real numbers.
     */
    private static boolean controls(PlannedInput input, Draw draw) {
        boolean real = input.type().contains("float") || input.type().equals("double");
        return real
                ? draw.attempt() > 0 && input.shape().size() <= 1 && input.elements() <= FEW
                : !input.type().equals("string");
    }

    private static boolean isReal(OnnxJavaType type) {
        return switch (type) {
            case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> true;
            default -> false;
        };
    }

    private static double real(Random random, int trial) {
        return switch (trial % SCALES) {
            case 0 -> random.nextGaussian();
            case 1 -> random.nextDouble();
            case 2 -> random.nextGaussian() * 10;
            default -> random.nextGaussian() * 0.05;
        };
    }

    private static long integer(PlannedInput input, Random random, int position) {
        String name = input.name().toLowerCase(Locale.ROOT);
        ValueHint hint = input.hint();
        if (name.contains("mask")) {
            return position == 0 || random.nextInt(MASK_ONES) > 0 ? 1 : 0;
        }
        if (input.type().equals("bool")) {
            return random.nextInt(2);
        }
        if (hint.constant().isPresent()) {
            return hint.constant().getAsLong();
        }
        if (hint.bound().isPresent()) {
            return random.nextInt((int) Math.min(hint.bound().getAsLong(), largest(input.type())));
        }
        if (name.contains("len")) {
            return 1;
        }
        return input.type().endsWith("int8") ? random.nextInt(128) : random.nextInt(SMALL);
    }

    private static int largest(String type) {
        return type.endsWith("int8") ? Byte.MAX_VALUE : type.endsWith("int16") ? Short.MAX_VALUE : Integer.MAX_VALUE;
    }

    private static void put(ByteBuffer data, OnnxJavaType type, double value) {
        switch (type) {
            case FLOAT -> data.putFloat((float) value);
            case DOUBLE -> data.putDouble(value);
            case FLOAT16 -> data.putShort(Fp16Conversions.floatToFp16((float) value));
            case BFLOAT16 -> data.putShort(Fp16Conversions.floatToBf16((float) value));
            case INT16 -> data.putShort((short) value);
            case INT32 -> data.putInt((int) value);
            case INT64 -> data.putLong((long) value);
            default -> data.put((byte) value);
        }
    }

    private static OnnxJavaType javaType(PlannedInput input) {
        return switch (input.type()) {
            case "float" -> OnnxJavaType.FLOAT;
            case "double" -> OnnxJavaType.DOUBLE;
            case "float16" -> OnnxJavaType.FLOAT16;
            case "bfloat16" -> OnnxJavaType.BFLOAT16;
            case "int8" -> OnnxJavaType.INT8;
            case "uint8" -> OnnxJavaType.UINT8;
            case "int16", "uint16" -> OnnxJavaType.INT16;
            case "int32", "uint32" -> OnnxJavaType.INT32;
            case "int64", "uint64" -> OnnxJavaType.INT64;
            case "bool" -> OnnxJavaType.BOOL;
            default ->
                throw new CannotRunException("input " + input.name() + " has type " + input.type()
                        + ", which ONNX Runtime's Java interface cannot make");
        };
    }

    private static OnnxTensor given(PlannedInput input, InputValues values) throws OrtException {
        if (input.type().equals("string") != values.numbers().isEmpty()) {
            throw wrongValues(input, values);
        }
        if (values.numbers().isEmpty()) {
            String[] strings = values.strings().toArray(new String[0]);
            return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), strings, input.dims());
        }
        OnnxJavaType type = javaType(input);
        Buffer numbers = values.numbers().get();
        if (width(numbers) != type.size
                || numbers instanceof FloatBuffer != (type == OnnxJavaType.FLOAT)
                || numbers instanceof DoubleBuffer != (type == OnnxJavaType.DOUBLE)) {
            throw wrongValues(input, values);
        }
        ByteBuffer data = ByteBuffer.allocateDirect(Math.multiplyExact(input.elements(), type.size))
                .order(ByteOrder.nativeOrder());
        copy(numbers, data);
        return tensor(data.rewind(), input, type);
    }

    private static IllegalArgumentException wrongValues(PlannedInput input, InputValues values) {
        Object found = values.numbers().isPresent() ? values.numbers().get() : "strings";
        return new IllegalArgumentException(
                "input " + input.name() + " has type " + input.type() + ", which does not go with " + found);
    }

    private static int width(Buffer buffer) {
        if (buffer instanceof LongBuffer || buffer instanceof DoubleBuffer) {
            return Long.BYTES;
        }
        if (buffer instanceof IntBuffer || buffer instanceof FloatBuffer) {
            return Integer.BYTES;
        }
        return buffer instanceof ShortBuffer ? Short.BYTES : Byte.BYTES;
    }

    private static void copy(Buffer from, ByteBuffer to) {
        if (from instanceof FloatBuffer floats) {
            to.asFloatBuffer().put(floats.duplicate());
        } else if (from instanceof DoubleBuffer doubles) {
            to.asDoubleBuffer().put(doubles.duplicate());
        } else if (from instanceof LongBuffer longs) {
            to.asLongBuffer().put(longs.duplicate());
        } else if (from instanceof IntBuffer ints) {
            to.asIntBuffer().put(ints.duplicate());
        } else if (from instanceof ShortBuffer shorts) {
            to.asShortBuffer().put(shorts.duplicate());
        } else if (from instanceof ByteBuffer bytes) {
            to.put(bytes.duplicate());
        } else {
            throw new IllegalArgumentException("no numbers: " + from);
        }
    }

    private static OnnxTensor tensor(ByteBuffer data, PlannedInput input, OnnxJavaType type) throws OrtException {
        OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), data, input.dims(), type);
        ElementType wanted = ElementType.named(input.type()).orElse(ElementType.UNDEFINED);
        if (UnsignedTensors.signed(wanted).isEmpty()) {
            return tensor;
        }
        try {
            return UnsignedTensors.of(tensor, wanted);
        } catch (IOException refused) {
            throw new CannotRunException("input " + input.name() + ": " + refused.getMessage(), refused);
        }
    }
}
