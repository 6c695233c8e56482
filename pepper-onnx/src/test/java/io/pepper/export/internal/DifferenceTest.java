package io.pepper.export.internal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.TensorInfo.OnnxTensorType;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class DifferenceTest {
    private static final float ODD_NAN = Float.intBitsToFloat(0x7fc00001);

    private static Snapshot floats(float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES);
        for (float value : values) {
            data.putFloat(value);
        }
        List<Long> shape = List.of((long) values.length);
        var type = OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
        return new Snapshot("float", shape, List.of(new Leaf.Numbers(List.of(), shape, type, data.flip())));
    }

    private static Snapshot longs(long... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Long.BYTES);
        for (long value : values) {
            data.putLong(value);
        }
        List<Long> shape = List.of((long) values.length);
        var type = OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
        return new Snapshot("int64", shape, List.of(new Leaf.Numbers(List.of(), shape, type, data.flip())));
    }

    private static Snapshot maps(double second) {
        return new Snapshot("seq(map(int64,float))", List.of(2L), List.of(map(0, 0.5), map(1, second)));
    }

    private static Leaf map(long position, double value) {
        return new Leaf.Objects(List.of(position), List.of(2L), List.of(7L, value));
    }

    private static Difference of(Snapshot whole, Snapshot chain) {
        return Difference.of(whole, chain, 0, 0);
    }

    @Test
    void bitsDecideWhatIsIdentical() {
        assertThat(of(floats(1, Float.NaN), floats(1, Float.NaN))).isEqualTo(Difference.NONE);
        Difference zeros = of(floats(1, 0f), floats(1, -0f));
        assertThat(zeros.identical()).isFalse();
        assertThat(zeros.absolute()).isZero();
        assertThat(zeros.where()).contains(List.of(1L));
        Difference payloads = of(floats(Float.NaN), floats(ODD_NAN));
        assertThat(payloads.identical()).isFalse();
        assertThat(payloads.absolute()).isZero();
    }

    @Test
    void aNaNOnOneSideOnlyIsAnInfiniteDifference() {
        Difference difference = Difference.of(floats(1, 2, 3), floats(1, Float.NaN, 4), 10, 10);
        assertThat(difference.absolute()).isInfinite();
        assertThat(difference.within()).isFalse();
        assertThat(difference.where()).contains(List.of(1L));
    }

    @Test
    void infiniteExpectationGivesNoTolerance() {
        Difference difference = Difference.of(floats(Float.POSITIVE_INFINITY), floats(1), 10, 10);
        assertThat(difference.within()).isFalse();
    }

    @Test
    void bigIntegersDifferByAtLeastOne() {
        assertThat(of(longs(Long.MAX_VALUE), longs(Long.MAX_VALUE - 1)).absolute())
                .isEqualTo(1);
    }

    @Test
    void elementsOfSequencesAreNamedByTheirPosition() {
        assertThat(of(maps(0.25), maps(0.25)).identical()).isTrue();
        Difference difference = of(maps(0.25), maps(0.5));
        assertThat(difference.absolute()).isEqualTo(0.25);
        assertThat(difference.where()).contains(List.of(1L, 1L));
    }
}
