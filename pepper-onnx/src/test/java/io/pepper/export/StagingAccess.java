package io.pepper.export;

import java.io.IOException;
import java.nio.file.Path;

/** Lets tests clean up as the next export would. */
public final class StagingAccess {
    private StagingAccess() {}

    public static void clean(Path target) throws IOException {
        Staging.clean(target);
    }
}
