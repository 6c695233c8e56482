package io.pepper.graph;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An unmodifiable set over an array of distinct elements, in the array's order, with its own lookup. */
final class ArraySet<T> extends AbstractSet<T> {
    private final T[] elements;
    private final Predicate<@Nullable Object> holds;

    ArraySet(T[] elements, Predicate<@Nullable Object> holds) {
        this.elements = elements;
        this.holds = holds;
    }

    @Override
    public boolean contains(@Nullable Object element) {
        return holds.test(element);
    }

    @Override
    public Iterator<T> iterator() {
        return Arrays.asList(elements).iterator();
    }

    @Override
    public int size() {
        return elements.length;
    }
}
