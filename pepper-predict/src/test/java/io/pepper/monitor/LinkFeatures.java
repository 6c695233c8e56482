package io.pepper.monitor;

import io.pepper.monitor.internal.link.LinkFeature;

/** Starts the measurement of links for tests. */
public final class LinkFeatures {
    private LinkFeatures() {}

    public static LinkFeature start(String device, LinkOptions options) {
        return LinkFeature.start(device, options.settings());
    }
}
