package io.pepper.export;

import com.google.protobuf.CodedInputStream;
import io.pepper.export.internal.ChainPart;
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

/** A verification in a child process. */
final class IsolatedVerification implements IsolatedService<IsolatedVerification.Question, Verification> {
    /**
     * The source of a session's model.
     *
     * @param name the name in messages
     * @param file the absolute path of the model's file; empty if {@code bytes} holds the model
     * @param bytes the model; empty if it is read from the file
     * @param directory the directory of the data files that the bytes refer to
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
     * @param source the model that ONNX Runtime loads
     * @param inputs the names of the tensors that the part reads
     * @param outputs the names of the tensors that the part produces
     */
    public record Part(Source source, List<String> inputs, List<String> outputs) {}

    /**
     * The request to the child process.
     *
     * @param whole the whole model that ONNX Runtime loads
     * @param skeleton the bytes of the whole model, possibly without its large payloads
     * @param parts the parts in the order in which they run
     * @param options the options of the verification
     */
    public record Question(Source whole, ByteBuffer skeleton, List<Part> parts, VerificationOptions options) {}

    /** Verifies in a separate child process. */
    static Verification run(
            WholeModel whole,
            List<ChainPart> parts,
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
        List<ChainPart> parts = new ArrayList<>();
        for (Part part : question.parts()) {
            parts.add(new ChainPart(part.source().source(), part.inputs(), part.outputs()));
        }
        return VerificationRun.here(whole, parts, question.options(), progress);
    }
}
