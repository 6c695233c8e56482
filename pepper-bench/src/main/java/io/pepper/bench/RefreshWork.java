package io.pepper.bench;

import io.pepper.predict.LatencyDataset;
import io.pepper.predict.ProfileTarget;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Describes the pieces of a measured {@linkplain LatencyCampaign campaign} again, from the same files, after this
 * library has learned to describe more of their work. The measured times stay.
 */
public final class RefreshWork {
    private RefreshWork() {}

    /**
     * Rewrites a data set.
     *
     * @param args a list of models with the sizes of their inputs, the directory of the models, a directory for pieces, the data set,
     *     and the file of the new one
     * @throws IOException if a model or the data set cannot be read, or the new one not be written
     * @throws IllegalArgumentException if the data set has a piece that the campaign does not make
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 5) {
            throw new IllegalArgumentException("five arguments are needed: the list of models, their directory, one for"
                    + " pieces, the data set, and the new data set");
        }
        Map<String, Workload> works = new HashMap<>();
        for (ProfileTarget piece : LatencyCampaign.pieces(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]))) {
            works.put(key(piece.model(), piece.piece()), piece.work());
        }
        LatencyDataset data = LatencyDataset.read(Path.of(args[3]));
        data.problems().forEach(System.err::println);
        data.withWork(entry -> {
                    Workload work = works.get(key(entry.model(), entry.piece()));
                    if (work == null) {
                        throw new IllegalArgumentException(
                                args[3] + ": the campaign makes no piece '" + entry.piece() + "' of " + entry.model());
                    }
                    return work;
                })
                .write(Path.of(args[4]));
    }

    private static String key(String model, String piece) {
        return model + "\n" + piece;
    }
}
