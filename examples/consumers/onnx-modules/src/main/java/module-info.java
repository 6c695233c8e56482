/** Divides models. */
module com.example {
    requires io.pepper.onnx;
}
