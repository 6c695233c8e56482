package io.pepper.serving;

import io.pepper.export.PartitionManifest;

/**
 * The names by which the models of a partition are served: by {@code pepper serve}, and in a Triton repository. Stateless
 * and therefore thread-safe.
 */
public final class ServedNames {
    private ServedNames() {}

    /**
     * Returns the name of the whole model.
     *
     * @param manifest the partition
     * @return the model's name, where other characters than letters, digits, dots, dashes and underscores are replaced
     */
    public static String whole(PartitionManifest manifest) {
        String name = manifest.modelName().replaceAll("[^A-Za-z0-9._-]", "_");
        return name.isEmpty() || name.startsWith(".") ? "model" + name : name;
    }

    /**
     * Returns the name of a part.
     *
     * @param whole the name of the whole model
     * @param part the number of the part, from 0
     * @return the name with the part's number from 1, such as {@code model-1}
     */
    public static String part(String whole, int part) {
        return whole + "-" + (part + 1);
    }
}
