package io.pepper.examples.cli;

import io.pepper.onnx.OnnxModel;
import picocli.CommandLine.IVersionProvider;

/** The library's version. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {OnnxModel.toolVersion()};
    }
}
