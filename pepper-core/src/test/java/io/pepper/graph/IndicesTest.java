package io.pepper.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import org.junit.jupiter.api.Test;

class IndicesTest {
    private final Indices indices = Indices.of(4, 7, 4);

    @Test
    void readsInOrder() {
        assertThat(indices.size()).isEqualTo(3);
        assertThat(indices.isEmpty()).isFalse();
        assertThat(indices.get(0)).isEqualTo(4);
        assertThat(indices.get(1)).isEqualTo(7);
        assertThat(indices.stream().sum()).isEqualTo(15);
        assertThat(indices).containsExactly(4, 7, 4);
        assertThat(indices).hasToString("[4, 7, 4]");
        assertThat(indices.contains(7)).isTrue();
        assertThat(indices.contains(5)).isFalse();
    }

    @Test
    void refusesPlacesOutside() {
        assertThatThrownBy(() -> indices.get(3))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("place 3 in a sequence of 3");
        assertThatThrownBy(() -> indices.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Indices.of().get(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void windowSeesNothingBesideIt() {
        Indices window = Indices.window(new int[] {1, 2, 3, 4}, 1, 3);
        assertThat(window).containsExactly(2, 3).isEqualTo(Indices.of(2, 3)).hasSameHashCodeAs(Indices.of(2, 3));
        assertThat(window.contains(1)).isFalse();
        assertThat(window.contains(4)).isFalse();
        assertThat(window.toArray()).containsExactly(2, 3);
        assertThatThrownBy(() -> window.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void doesNotChangeWithTheArraysAroundIt() {
        int[] given = {1, 2};
        Indices copy = Indices.of(given);
        given[0] = 9;
        copy.toArray()[1] = 9;
        assertThat(copy).containsExactly(1, 2);
    }

    @Test
    void iteratorEndsAndCannotRemove() {
        PrimitiveIterator.OfInt iterator = Indices.of(3).iterator();
        assertThat(iterator.nextInt()).isEqualTo(3);
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::nextInt).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(iterator::remove).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void equalsByContentAndOrder() {
        assertThat(indices).isEqualTo(Indices.of(4, 7, 4)).hasSameHashCodeAs(Indices.of(4, 7, 4));
        assertThat(indices).isNotEqualTo(Indices.of(4, 4, 7)).isNotEqualTo(Indices.of(4, 7));
        assertThat(indices).isNotEqualTo(new Object());
        assertThat(Indices.of()).isEqualTo(Indices.window(new int[] {1}, 1, 1)).hasToString("[]");
        assertThat(Indices.of().isEmpty()).isTrue();
    }

    @Test
    void hashIsThatOfTheListOfThem() {
        List<Integer> list = new ArrayList<>();
        indices.forEach(list::add);
        assertThat(indices.hashCode()).isEqualTo(list.hashCode());
    }
}
