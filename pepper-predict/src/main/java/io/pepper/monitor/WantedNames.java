package io.pepper.monitor;

import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds the boards that devices of a cluster are: by the name of a board, or by whatever else only it is known by. */
final class WantedNames {
    /** The devices of which it cannot be said which board they are. */
    private final Map<String, DeviceReading> ambiguous = new TreeMap<>();

    /** Names boards as the devices that they are. */
    WantedNames(Set<String> wanted, List<TensorStore> boards) {
        Map<String, List<TensorStore>> byAlias = Readings.byAlias(boards);
        Map<String, TensorStore> found = new TreeMap<>();
        Map<TensorStore, Integer> claims = new HashMap<>();
        for (String device : wanted) {
            List<TensorStore> named =
                    boards.stream().filter(board -> board.name.equals(device)).toList();
            List<TensorStore> meant =
                    named.isEmpty() ? byAlias.getOrDefault(BoardNames.folded(device), List.of()) : named;
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

    private static String named(List<TensorStore> boards) {
        return boards.stream()
                .map(board -> board.name + " " + board.shown())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    Map<String, DeviceReading> ambiguous() {
        return ambiguous;
    }
}
