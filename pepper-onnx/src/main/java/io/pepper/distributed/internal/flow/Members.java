package io.pepper.distributed.internal.flow;

import java.util.List;
import java.util.Optional;

/** The view of the control plane that the data plane needs: the living nodes, and what they serve. Thread-safe. */
public interface Members {
    /**
     * Returns the data address of a node that is a member and reachable.
     *
     * @param device the node's device name
     * @return the address; empty if it is not a member, or not reachable
     */
    Optional<DataAddress> address(String device);

    /**
     * Returns the reachable nodes that serve a part.
     *
     * @param deployment the name of the deployment
     * @param version its version
     * @param part the number of the part
     * @return device names, the planned device first
     */
    List<String> holders(String deployment, String version, int part);

    /**
     * Adds a listener.
     *
     * @param listener the listener
     * @return the registration, which removes it when closed
     */
    Registration listen(Listener listener);

    /** A listener for members. Its methods must return soon. */
    interface Listener {
        /**
         * Reports that a node is no longer reachable, or left.
         *
         * @param device the node's device name
         */
        void lost(String device);

        /**
         * Reports that a node is reachable, or that what it serves has changed.
         *
         * @param device the node's device name
         */
        void back(String device);
    }

    /** The registration of a listener. */
    interface Registration extends AutoCloseable {
        /** Removes the listener. */
        @Override
        void close();
    }
}
