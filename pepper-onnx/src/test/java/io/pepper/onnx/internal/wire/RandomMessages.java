package io.pepper.onnx.internal.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.List;
import java.util.Random;

/** Makes models of every shape that the schema allows, mostly senseless. */
final class RandomMessages {
    private static final int DEEPEST = 12;

    private final Random random;
    private int budget;

    RandomMessages(long seed) {
        random = new Random(seed);
    }

    ModelProto model() {
        budget = 150;
        ModelProto.Builder model = ModelProto.newBuilder();
        fill(model, 0);
        fill(model.getGraphBuilder(), 1);
        return model.build();
    }

    private void fill(Message.Builder message, int depth) {
        List<FieldDescriptor> fields = message.getDescriptorForType().getFields();
        boolean tensor = message instanceof TensorProto.Builder;
        for (FieldDescriptor field : fields) {
            if (random.nextInt(3) > 0) {
                continue;
            }
            if (!field.isRepeated()) {
                set(message, field, depth);
            } else {
                add(message, field, depth, tensor);
            }
        }
        if (random.nextInt(20) == 0) {
            message.setUnknownFields(unknown());
        }
    }

    private void set(Message.Builder message, FieldDescriptor field, int depth) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            message.setField(field, scalar(field));
        } else if (depth < DEEPEST && budget-- > 0) {
            Message.Builder child = message.newBuilderForField(field);
            fill(child, depth + 1);
            message.setField(field, child.build());
        }
    }

    private void add(Message.Builder message, FieldDescriptor field, int depth, boolean tensor) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            for (int i = random.nextInt(4); i > 0 && depth < DEEPEST && budget-- > 0; i--) {
                Message.Builder child = message.newBuilderForField(field);
                fill(child, depth + 1);
                message.addRepeatedField(field, child.build());
            }
            return;
        }
        for (int i = tensor && random.nextInt(3) == 0 ? random.nextInt(700) : random.nextInt(4); i > 0; i--) {
            message.addRepeatedField(field, scalar(field));
        }
    }

    private Object scalar(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> random.nextInt() >> random.nextInt(32);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case FLOAT -> Float.intBitsToFloat(random.nextInt());
            case DOUBLE -> Double.longBitsToDouble(random.nextLong());
            case BOOLEAN -> random.nextBoolean();
            case STRING -> "s" + random.nextInt(100);
            case BYTE_STRING -> bytes(field.isRepeated() ? 20 : 4000);
            case ENUM -> anyOf(field.getEnumType());
            case MESSAGE -> throw new IllegalArgumentException("no scalar: " + field);
        };
    }

    private Object anyOf(EnumDescriptor type) {
        return type.getValues().get(random.nextInt(type.getValues().size()));
    }

    private ByteString bytes(int longest) {
        byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(longest) : random.nextInt(8)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private UnknownFieldSet unknown() {
        UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            UnknownFieldSet.Field.Builder field = UnknownFieldSet.Field.newBuilder();
            field.addVarint(random.nextLong()).addFixed32(random.nextInt()).addFixed64(random.nextLong());
            fields.addField(
                    100 + random.nextInt(1 << 20),
                    field.addLengthDelimited(bytes(200)).build());
        }
        return fields.build();
    }
}
