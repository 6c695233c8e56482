package io.pepper.export;

import com.google.protobuf.CodedInputStream;
import io.pepper.export.internal.PartModel;
import io.pepper.model.Isolation;
import io.pepper.model.ProgressListener;
import io.pepper.model.ReadLimits;
import io.pepper.onnx.internal.isolate.Bytes;
import io.pepper.onnx.internal.isolate.IsolatedProcess;
import io.pepper.onnx.internal.isolate.IsolatedService;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.session.WholeModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Verifies in a child process. */
final class IsolatedVerification implements IsolatedService<IsolatedVerification.Question, Verification> {
    /**
     * Where a session takes its model from.
     *
     * @param name what messages call it
     * @param file its file, absolute; empty if it is in the bytes
     * @param bytes the model; empty if it is in the file
     * @param directory where the data files of the bytes are
     */
    public record Source(String name, Optional<Path> file, ByteBuffer bytes, Optional<Path> directory) {
        private static Source of(ModelSource source) {
            return new Source(
                    source.name(),
                    source.path().map(Path::toAbsolutePath),
                    ByteBuffer.wrap(source.bytes()),
                    source.directory().map(Path::toAbsolutePath));
        }

        private ModelSource source() {
            return ModelSource.of(name, file, Bytes.of(bytes), directory);
        }
    }

    /**
     * A part of the chain.
     *
     * @param source what ONNX Runtime loads
     * @param inputs the names of the tensors it reads
     * @param outputs the names of the tensors it gives
     */
    public record Part(Source source, List<String> inputs, List<String> outputs) {}

    /**
     * What to verify.
     *
     * @param whole what ONNX Runtime loads of the whole model
     * @param skeleton the bytes of the whole model, possibly without its big payloads
     * @param parts the parts in the order in which they run
     * @param options how to verify
     */
    public record Question(Source whole, ByteBuffer skeleton, List<Part> parts, VerificationOptions options) {}

    /** Verifies in a child process of its own. */
    static Verification run(
            WholeModel whole,
            List<PartModel> parts,
            VerificationOptions options,
            Isolation isolation,
            ProgressListener progress)
            throws IOException {
        List<Part> sent = parts.stream()
                .map(part -> new Part(Source.of(part.source()), part.inputs(), part.outputs()))
                .toList();
        Question question = new Question(
                Source.of(whole.source()), ByteBuffer.wrap(whole.skeleton().toByteArray()), sent, options);
        try (IsolatedProcess<Question, Verification> child = IsolatedProcess.start(
                whole.source().name(), isolation, IsolatedVerification.class, Verification.class)) {
            return child.ask(question, progress);
        }
    }

    @Override
    public Class<Question> question() {
        return Question.class;
    }

    @Override
    public Verification answer(Question question, ProgressListener progress) throws IOException {
        CodedInputStream skeleton = CodedInputStream.newInstance(question.skeleton());
        skeleton.setRecursionLimit(ReadLimits.GREATEST_DEPTH);
        WholeModel whole = new WholeModel(question.whole().source(), ModelProto.parseFrom(skeleton));
        List<PartModel> parts = new ArrayList<>();
        for (Part part : question.parts()) {
            parts.add(new PartModel(part.source().source(), part.inputs(), part.outputs()));
        }
        return VerificationRun.here(whole, parts, question.options(), progress);
    }
}
