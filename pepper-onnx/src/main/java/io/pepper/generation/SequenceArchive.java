package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.document.InvalidFileException;
import io.pepper.generation.SavedSequence.SavedTensor;
import io.pepper.model.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Saves sequences to files, and restores them. Caches are saved by the name of their input, so that the model may be
 * divided in another way when they come back. Thread-safe.
 */
final class SequenceArchive {
    private final DecoderRoles roles;
    private final ModelIdentity identity;
    private final SequenceStore store;

    SequenceArchive(DecoderRoles roles, ModelIdentity identity, SequenceStore store) {
        this.roles = roles;
        this.identity = identity;
        this.store = store;
    }

    /**
     * Saves a sequence. Caches that are elsewhere, or were dropped, are left out.
     *
     * @param file the file
     * @param step the next step of the sequence, which does not run
     * @param tokens the tokens before it
     * @param chosen the token that was chosen last, and which no step has read
     */
    void save(Path file, Step step, List<Long> tokens, OptionalLong chosen) throws IOException {
        String model = identity.sha256();
        Map<String, SequenceCaches.Held> held = tokens.isEmpty() ? Map.of() : store.hold(step);
        try {
            Map<String, OnnxTensor> contexts = store.contexts(step.sequence());
            List<SavedTensor> savedContexts = new ArrayList<>();
            for (Map.Entry<String, OnnxTensor> each : new TreeMap<>(contexts).entrySet()) {
                savedContexts.add(described(each.getKey(), each.getValue(), OptionalInt.empty()));
            }
            List<SavedTensor> savedCaches = new ArrayList<>();
            for (Map.Entry<String, SequenceCaches.Held> each : new TreeMap<>(held).entrySet()) {
                savedCaches.add(described(
                        each.getKey(),
                        each.getValue().tensor().tensor(),
                        each.getValue().axis()));
            }
            SequenceFile.write(file, new SavedSequence(model, tokens, chosen, savedContexts, savedCaches), tensor -> {
                SequenceCaches.Held cache = held.get(tensor.name());
                return cache == null
                        ? CacheTensor.memory(Objects.requireNonNull(contexts.get(tensor.name())))
                        : cache.tensor().content();
            });
        } finally {
            if (!held.isEmpty()) {
                store.letGo(step);
            }
        }
    }

    private SavedTensor described(String input, OnnxTensor tensor, OptionalInt axis) throws IOException {
        long[] shape = tensor.getInfo().getShape();
        long bytes = CacheTensor.bytes(tensor.getInfo().type, shape);
        if (bytes > Integer.MAX_VALUE) {
            throw new IOException("'" + input + "' has " + bytes + " bytes; at most 2 GiB can be saved");
        }
        String type = info(input).type().orElseThrow();
        return new SavedTensor(input, type, axis, Arrays.stream(shape).boxed().toList(), (int) bytes);
    }

    private TensorInfo info(String input) {
        return Objects.requireNonNull(roles.inputs().get(input));
    }

    /** A restored sequence: its number, its tokens, and the token that was chosen last. */
    record Restored(long number, List<Long> tokens, OptionalLong chosen) {}

    /**
     * Restores a sequence.
     *
     * @throws InvalidFileException if the file is no saved sequence of the model
     */
    Restored restore(Path path) throws IOException {
        try (SequenceFile file = SequenceFile.open(path)) {
            SavedSequence saved = file.saved();
            requireModel(path, saved);
            Map<String, SavedTensor> caches = new HashMap<>();
            Map<String, CacheMemory.Form> forms = new HashMap<>();
            for (SavedTensor cache : saved.caches()) {
                requireFit(path, cache, saved.tokens().size());
                caches.put(cache.name(), cache);
                forms.put(
                        cache.name(),
                        new CacheMemory.Form(FilledTensor.type(info(cache.name())), cache.axis(), cache.shape()));
            }
            if (!caches.isEmpty() && !caches.keySet().equals(roles.presents().keySet())) {
                Set<String> others = new HashSet<>(roles.presents().keySet());
                others.removeAll(caches.keySet());
                throw new InvalidFileException(path.toString(), "it lacks the caches " + others);
            }
            long number = begin(path, file);
            boolean done = false;
            try {
                if (!caches.isEmpty()) {
                    Step step = new Step(
                            number, OptionalLong.empty(), 0, saved.tokens().size(), false, List.of());
                    store.restore(
                            step,
                            forms,
                            (cache, content) -> file.read(Objects.requireNonNull(caches.get(cache)), content));
                }
                done = true;
            } finally {
                if (!done) {
                    store.discard(number);
                }
            }
            return new Restored(number, saved.tokens(), saved.chosen());
        }
    }

    private void requireModel(Path path, SavedSequence saved) throws IOException {
        String model = identity.sha256();
        if (!saved.model().equals(model)) {
            throw new InvalidFileException(
                    path.toString(),
                    "it is a sequence of another model: that has the SHA-256 " + saved.model() + ", and this one "
                            + model);
        }
        if (saved.tokens().size() > Step.MAX_TOKENS) {
            throw new InvalidFileException(
                    path.toString(), "it has " + saved.tokens().size() + " tokens, more than a sequence may have");
        }
    }

    private void requireFit(Path path, SavedTensor cache, int tokens) throws IOException {
        if (!roles.presents().containsKey(cache.name())) {
            throw new InvalidFileException(path.toString(), "the model has no cache '" + cache.name() + "'");
        }
        List<Long> shape = Arrays.stream(
                        roles.cacheShape(cache.name(), cache.axis().isPresent() ? tokens : 0))
                .boxed()
                .toList();
        boolean grows = cache.axis().isEmpty()
                || roles.cacheShape(cache.name(), 0)[cache.axis().getAsInt()] == 0;
        if (tokens == 0 || !grows || !cache.shape().equals(shape) || !fits(cache)) {
            throw new InvalidFileException(
                    path.toString(),
                    "the cache '" + info(cache.name()) + "' cannot be " + cache + " of " + cache.bytes()
                            + " bytes after " + tokens + " tokens");
        }
    }

    /** Returns whether a tensor has the type of its input, and the bytes of its shape. */
    private boolean fits(SavedTensor tensor) throws IOException {
        TensorInfo info = info(tensor.name());
        try {
            return tensor.type().equals(info.type().orElse(""))
                    && tensor.shape().stream().allMatch(size -> size >= 0)
                    && CacheTensor.bytes(FilledTensor.type(info), sizes(tensor)) == tensor.bytes();
        } catch (ArithmeticException tooLarge) {
            return false;
        }
    }

    private static long[] sizes(SavedTensor tensor) {
        return tensor.shape().stream().mapToLong(Long::longValue).toArray();
    }

    /** Begins a sequence with the inputs that are the same in all steps. */
    private long begin(Path path, SequenceFile file) throws IOException {
        Map<String, OnnxTensor> context = new HashMap<>();
        try {
            for (SavedTensor tensor : file.saved().contexts()) {
                if (!roles.contexts().contains(tensor.name()) || !fits(tensor)) {
                    throw new IllegalArgumentException(
                            "'" + tensor.name() + "' is no input of " + tensor + " that is the same in all steps");
                }
                ByteBuffer content = ByteBuffer.allocateDirect(tensor.bytes()).order(ByteOrder.nativeOrder());
                file.read(tensor, content);
                context.put(tensor.name(), FilledTensor.over(content.flip(), info(tensor.name()), sizes(tensor)));
            }
            return store.begin(context);
        } catch (IllegalArgumentException refused) {
            throw new InvalidFileException(path.toString(), String.valueOf(refused.getMessage()), refused);
        } catch (OrtException failed) {
            throw new IOException(String.valueOf(failed.getMessage()), failed);
        } finally {
            context.values().forEach(OnnxTensor::close);
        }
    }
}
