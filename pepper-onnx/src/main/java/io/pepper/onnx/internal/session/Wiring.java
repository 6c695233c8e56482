package io.pepper.onnx.internal.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which parts make and read which tensors. The parts are in an order in which they can run; tensors and parts are numbered from 0.
 * Immutable and therefore thread-safe. Made in O(names).
 */
public final class Wiring {
    /** The part that "makes" what is given from outside. */
    public static final int GIVEN = -1;

    private final List<Part> parts;
    private final List<String> tensors = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<Integer> makers = new ArrayList<>();
    private final int given;
    private final int[][] inputs;
    private final int[][] outputs;
    private final int[][] followers;
    private final int[] readers;
    private final int[] results;

    /**
     * A part.
     *
     * @param name what messages call it
     * @param inputs the tensors it reads
     * @param outputs the tensors it gives
     */
    public record Part(String name, List<String> inputs, List<String> outputs) {}

    /**
     * Wires parts.
     *
     * @param parts in the order in which they can run
     * @param given the tensors that are given from outside
     * @param results the tensors that are wanted at the end
     * @throws CannotRunException if nothing gives a tensor that is read, or two parts give the same one
     */
    public Wiring(List<Part> parts, List<String> given, List<String> results) {
        this.parts = List.copyOf(parts);
        for (String name : given) {
            if (!numbers.containsKey(name)) {
                define(name, GIVEN);
            }
        }
        this.given = tensors.size();
        this.inputs = new int[parts.size()][];
        this.outputs = new int[parts.size()][];
        for (int part = 0; part < parts.size(); part++) {
            inputs[part] = find(parts.get(part).name(), parts.get(part).inputs());
            outputs[part] = define(parts.get(part), part);
        }
        this.results = find("the model's outputs", results);
        this.readers = new int[tensors.size()];
        this.followers = new int[parts.size() + 1][];
        follow();
    }

    private int define(String name, int maker) {
        int number = tensors.size();
        numbers.put(name, number);
        tensors.add(name);
        makers.add(maker);
        return number;
    }

    private int[] define(Part part, int maker) {
        Set<String> twice = new TreeSet<>();
        int[] made = new int[part.outputs().size()];
        for (int i = 0; i < made.length; i++) {
            String name = part.outputs().get(i);
            Integer before = numbers.get(name);
            if (before != null && makers.get(before) != GIVEN) {
                twice.add(name);
            }
            made[i] = define(name, maker);
        }
        if (!twice.isEmpty()) {
            throw new CannotRunException(part.name() + ": an earlier part gives its output too: " + List.copyOf(twice));
        }
        return made;
    }

    private int[] find(String reader, List<String> names) {
        return new LinkedHashSet<>(names)
                .stream()
                        .mapToInt(name -> {
                            Integer number = numbers.get(name);
                            if (number == null) {
                                throw new CannotRunException(reader + ": nothing before gives tensor " + name);
                            }
                            return number;
                        })
                        .toArray();
    }

    private void follow() {
        List<Set<Integer>> after = new ArrayList<>();
        for (int i = 0; i <= parts.size(); i++) {
            after.add(new LinkedHashSet<>());
        }
        for (int part = 0; part < parts.size(); part++) {
            for (int tensor : inputs[part]) {
                readers[tensor]++;
                after.get(makers.get(tensor) + 1).add(part);
            }
        }
        for (int i = 0; i < followers.length; i++) {
            followers[i] = after.get(i).stream().mapToInt(Integer::intValue).toArray();
        }
        Arrays.stream(results).forEach(tensor -> readers[tensor]++);
    }

    /**
     * The parts.
     *
     * @return in the order in which they can run
     */
    public List<Part> parts() {
        return parts;
    }

    /**
     * The name of a tensor.
     *
     * @param tensor its number
     * @return its name
     */
    public String tensor(int tensor) {
        return tensors.get(tensor);
    }

    /**
     * How many tensors there are.
     *
     * @return those given come first
     */
    public int tensors() {
        return tensors.size();
    }

    /**
     * How many tensors are given from outside: those with the lowest numbers.
     *
     * @return 0 or more
     */
    public int given() {
        return given;
    }

    /**
     * What makes a tensor.
     *
     * @param tensor its number
     * @return a part, or {@link #GIVEN}
     */
    public int maker(int tensor) {
        return makers.get(tensor);
    }

    /**
     * The parts that read something that a part makes.
     *
     * @param part a part, or {@link #GIVEN}
     * @return their numbers, each once, ascending
     */
    public int[] followers(int part) {
        return followers[part + 1].clone();
    }

    /**
     * What a part reads.
     *
     * @param part its number
     * @return tensors, each once
     */
    public int[] inputs(int part) {
        return inputs[part].clone();
    }

    /**
     * What a part makes.
     *
     * @param part its number
     * @return tensors
     */
    public int[] outputs(int part) {
        return outputs[part].clone();
    }

    /**
     * What is wanted at the end.
     *
     * @return tensors, each once, in the order asked for
     */
    public int[] results() {
        return results.clone();
    }

    /** How many parts read a tensor, one more if it is wanted at the end. */
    int readers(int tensor) {
        return readers[tensor];
    }

    /**
     * How many makers a part waits for.
     *
     * @param part its number
     * @return distinct parts that make what it reads; what is given from outside counts as one if it reads some of that
     */
    public int waitsFor(int part) {
        return (int) Arrays.stream(inputs[part]).map(makers::get).distinct().count();
    }
}
