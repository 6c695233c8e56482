package io.pepper.examples.dashboard;

import io.pepper.examples.DeployedPart;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A source of everything that a {@link Dashboard} shows besides the plan. Called by one thread at a time. */
public interface DashboardSource {
    /**
     * Returns the name of the source for people, without a user and a password.
     *
     * @return for instance {@code Prometheus http://prometheus:9090}
     */
    String name();

    /**
     * Reads the boards.
     *
     * @return the readings by the board's name; a board that does not answer has a reading with a problem, or none
     * @throws IOException if the source itself does not answer
     */
    Map<String, DeviceReading> boards() throws IOException;

    /**
     * Reads the measured links.
     *
     * @return the readings of links; a measurement that is too old has no values, and its problems report it
     * @throws IOException if the source itself does not answer
     */
    List<LinkReading> links() throws IOException;

    /**
     * Reads the mean times of stages over the last minute.
     *
     * @return seconds by the name of the stage, which is the file of its part
     * @throws IOException if the source itself does not answer
     */
    Map<String, Double> stageSeconds() throws IOException;

    /**
     * Reads the parts that nodes serve.
     *
     * @return the parts with their measured and predicted times; empty by default
     * @throws IOException if the source itself does not answer
     */
    default List<DeployedPart> parts() throws IOException {
        return List.of();
    }
}
