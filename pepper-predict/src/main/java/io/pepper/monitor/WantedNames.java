package io.pepper.monitor;

import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The assignment of a cluster's devices to boards: by the name of a board, or by another alias that only this board
 * has.
 */
final class WantedNames {
    /** The devices that match several boards. */
    private final Map<String, DeviceReading> ambiguous = new TreeMap<>();

    /** Renames boards to the devices that they match. */
    WantedNames(Set<String> wanted, List<Board> boards) {
        Map<String, List<Board>> byAlias = Readings.byAlias(boards);
        Map<String, Board> found = new TreeMap<>();
        Map<Board, Integer> claims = new HashMap<>();
        for (String device : wanted) {
            List<Board> named =
                    boards.stream().filter(board -> board.name.equals(device)).toList();
            List<Board> meant = named.isEmpty() ? byAlias.getOrDefault(BoardNames.folded(device), List.of()) : named;
            if (meant.size() == 1) {
                found.put(device, meant.get(0));
                claims.merge(meant.get(0), 1, Integer::sum);
            } else if (meant.size() > 1) {
                refuse(
                        device,
                        "'" + device + "' may be any of " + meant.size() + " boards: " + named(meant)
                                + "; say which by a mapping of the instance, or by a label that tells them apart");
            }
        }
        found.forEach((device, board) -> {
            if (claims.getOrDefault(board, 0) > 1) {
                refuse(device, "is " + board.shown() + ", which other devices of the cluster are, too");
            } else if (!board.name.equals(device)) {
                board.notes.add("is " + board.shown() + ", otherwise called '" + board.name + "'");
                board.name = device;
            }
        });
    }

    private void refuse(String device, String why) {
        ambiguous.put(
                device,
                new DeviceReading(
                        DeviceState.of(device), Map.of(), List.of(why), Conditions.UNKNOWN, "", List.of(), true));
    }

    private static String named(List<Board> boards) {
        return boards.stream()
                .map(board -> board.name + " " + board.shown())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    Map<String, DeviceReading> ambiguous() {
        return ambiguous;
    }
}
