package io.pepper.examples.cli;

import io.pepper.export.DeploymentPlan;
import io.pepper.session.StageMetrics;
import java.util.List;

/**
 * The background of the results of {@code generate}.
 *
 * @param planned the phases of the plan; empty for none
 * @param notes sentences about the rehearsal
 * @param before the stages before the measured run; empty if nothing ran
 */
record GenerationBackground(List<DeploymentPlan.Phase> planned, List<String> notes, List<StageMetrics> before) {
    GenerationBackground {
        planned = List.copyOf(planned);
        notes = List.copyOf(notes);
        before = List.copyOf(before);
    }

    /** Returns the number of calls of a stage in the measured run. */
    long calls(StageMetrics stage, int part) {
        return stage.calls() - (before.isEmpty() ? 0 : before.get(part).calls());
    }

    /** Returns the total run time of a stage in the measured run, in seconds. */
    double busySeconds(StageMetrics stage, int part) {
        return stage.busySeconds() - (before.isEmpty() ? 0 : before.get(part).busySeconds());
    }
}
