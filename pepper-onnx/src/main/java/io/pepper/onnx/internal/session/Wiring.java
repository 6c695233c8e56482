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
 * The parts that produce and read each tensor. The parts are in an order in which they can run. Tensors and parts are
 * numbered from 0. Immutable and therefore thread-safe. Created in O(names).
 */
public final class Wiring {
    /** The producer of tensors that are given from outside. */
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
     * @param name its name in messages
     * @param inputs the tensors that it reads
     * @param outputs the tensors that it produces
     */
    public record Part(String name, List<String> inputs, List<String> outputs) {}

    /**
     * Connects parts.
     *
     * @param parts the parts, in an order in which they can run
     * @param given the tensors that are given from outside
     * @param results the tensors that are requested at the end
     * @throws CannotRunException if a tensor that is read has no producer, or two parts produce the same tensor
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
     * Returns the parts.
     *
     * @return the parts, in an order in which they can run
     */
    public List<Part> parts() {
        return parts;
    }

    /**
     * Returns the name of a tensor.
     *
     * @param tensor its number
     * @return its name
     */
    public String tensor(int tensor) {
        return tensors.get(tensor);
    }

    /**
     * Returns the number of tensors.
     *
     * @return the number; given tensors come first
     */
    public int tensors() {
        return tensors.size();
    }

    /**
     * Returns the number of tensors that are given from outside. They have the lowest numbers.
     *
     * @return 0 or more
     */
    public int given() {
        return given;
    }

    /**
     * Returns the producer of a tensor.
     *
     * @param tensor its number
     * @return a part, or {@link #GIVEN}
     */
    public int maker(int tensor) {
        return makers.get(tensor);
    }

    /**
     * Returns the parts that read outputs of a part.
     *
     * @param part a part, or {@link #GIVEN}
     * @return their numbers, each once, ascending
     */
    public int[] followers(int part) {
        return followers[part + 1].clone();
    }

    /**
     * Returns the inputs of a part.
     *
     * @param part its number
     * @return tensors, each once
     */
    public int[] inputs(int part) {
        return inputs[part].clone();
    }

    /**
     * Returns the outputs of a part.
     *
     * @param part its number
     * @return tensors
     */
    public int[] outputs(int part) {
        return outputs[part].clone();
    }

    /**
     * Returns the requested results.
     *
     * @return tensors, each once, in the requested order
     */
    public int[] results() {
        return results.clone();
    }

    /** Returns the number of parts that read a tensor, plus one if it is a result. */
    int readers(int tensor) {
        return readers[tensor];
    }

    /**
     * Returns the number of producers that a part waits for.
     *
     * @param part its number
     * @return the number of distinct producers of its inputs; {@link #GIVEN} counts as one
     */
    public int waitsFor(int part) {
        return (int) Arrays.stream(inputs[part]).map(makers::get).distinct().count();
    }
}
