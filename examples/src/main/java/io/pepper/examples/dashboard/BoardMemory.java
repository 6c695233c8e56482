package io.pepper.examples.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import io.pepper.document.SafeText;
import io.pepper.monitor.DeviceReading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * The newest reading of each board, its last sign of life and its recent loads. A board that is no longer read stays
 * for an hour, without values. For one thread.
 */
final class BoardMemory {
    private static final int MAX_BOARDS = 200;
    private static final int MAX_POINTS = 90;
    private static final int MAX_TEXT = 300;
    private static final Duration FORGOTTEN = Duration.ofHours(1);

    /** The times of one scrape differ from query to query by less. */
    private static final Duration JITTER = Duration.ofMillis(250);

    private final Map<String, Board> boards = new TreeMap<>();
    private int omitted;

    private record Point(Instant time, double load) {}

    /** A board that was read at least once. */
    private static final class Board {
        private Optional<DeviceReading> reading = Optional.empty();
        /** The last time at which it had values. */
        private Optional<Instant> seen = Optional.empty();

        private Instant listed;
        private final ArrayDeque<Point> loads = new ArrayDeque<>();

        Board(Instant listed) {
            this.listed = listed;
        }
    }

    /** Takes the readings of an answer. Boards that it lacks have no values from now on. */
    void update(Map<String, DeviceReading> readings, Instant now) {
        boards.values().forEach(board -> board.reading = Optional.empty());
        omitted = 0;
        readings.forEach((name, reading) -> {
            Board board = boards.get(name);
            if (board == null && boards.size() >= MAX_BOARDS) {
                omitted++;
                return;
            }
            if (board == null) {
                board = new Board(now);
                boards.put(name, board);
            }
            take(board, reading, now);
        });
        boards.values()
                .removeIf(board -> board.reading.isEmpty()
                        && Duration.between(board.listed, now).compareTo(FORGOTTEN) > 0);
    }

    private static void take(Board board, DeviceReading reading, Instant now) {
        board.reading = Optional.of(reading);
        board.listed = now;
        if (!reading.isKnown()) {
            return;
        }
        Instant seen = reading.state().readAt().orElse(now);
        board.seen = Optional.of(seen);
        OptionalDouble load = reading.state().cpuLoadPercent();
        boolean isNew = board.loads.isEmpty()
                || seen.isAfter(board.loads.getLast().time().plus(JITTER));
        if (load.isPresent() && isNew) {
            board.loads.addLast(new Point(seen, load.getAsDouble()));
            if (board.loads.size() > MAX_POINTS) {
                board.loads.removeFirst();
            }
        }
    }

    /** Returns the number of boards that are not shown. */
    int omitted() {
        return omitted;
    }

    void into(ArrayNode array) {
        boards.forEach((name, board) -> describe(array.addObject(), name, board));
    }

    private static void describe(ObjectNode node, String name, Board board) {
        node.put("name", SafeText.line(name, MAX_TEXT));
        board.seen.ifPresent(time -> node.put("seen", time.toEpochMilli()));
        Optional<DeviceReading> known = board.reading.filter(DeviceReading::isKnown);
        node.put("known", known.isPresent());
        ArrayNode problems = node.putArray("problems");
        if (board.reading.isEmpty()) {
            problems.add("no longer among the watched boards");
        }
        board.reading.ifPresent(
                reading -> reading.problems().forEach(problem -> problems.add(SafeText.line(problem, MAX_TEXT))));
        known.ifPresent(reading -> values(node, reading));
        ArrayNode loads = node.putArray("loads");
        board.loads.forEach(
                point -> loads.addArray().add(point.time().toEpochMilli()).add(rounded(point.load())));
    }

    private static void values(ObjectNode node, DeviceReading reading) {
        DeviceState state = reading.state();
        Conditions conditions = reading.conditions();
        state.model().ifPresent(model -> node.put("model", SafeText.line(model, MAX_TEXT)));
        state.readAt().ifPresent(time -> node.put("readAt", time.toEpochMilli()));
        put(node, "cores", state.cores());
        put(node, "load", state.cpuLoadPercent());
        put(node, "disk", state.diskUsagePercent());
        put(node, "watts", state.powerWatts());
        put(node, "celsius", conditions.temperatureCelsius());
        put(node, "clock", conditions.clockPercent());
        put(node, "memoryPressure", conditions.memoryPressurePercent());
        if (state.memoryTotalBytes().isPresent()) {
            node.put("memoryTotal", state.memoryTotalBytes().getAsLong());
        }
        if (state.memoryFreeBytes().isPresent()) {
            node.put("memoryFree", state.memoryFreeBytes().getAsLong());
        }
    }

    private static void put(ObjectNode node, String field, OptionalDouble value) {
        if (value.isPresent()) {
            node.put(field, rounded(value.getAsDouble()));
        }
    }

    /** Returns a value with two decimals, which is more than the page shows. */
    static double rounded(double value) {
        return Math.rint(value * 100) / 100;
    }
}
