package io.pepper.internal.net;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A check that refuses requests which a foreign web page makes a browser send: through a host name that resolves to
 * this machine (DNS rebinding), or from another origin. Immutable and therefore thread-safe.
 */
public final class Callers {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.]+]");

    private final Set<String> names;
    private final boolean anyHost;

    /**
     * Creates the check.
     *
     * @param names host names by which clients may call, besides {@code localhost} and plain addresses
     */
    public Callers(Set<String> names) {
        this(names, false);
    }

    private Callers(Set<String> names, boolean anyHost) {
        this.anyHost = anyHost;
        this.names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns a check of origins alone, for a service that other machines may call by any of its names.
     *
     * @return the check
     */
    public static Callers ofAnyHost() {
        return new Callers(Set.of(), true);
    }

    /**
     * Checks a request.
     *
     * @param host the header {@code Host}; empty if there is none
     * @param origin the header {@code Origin}
     * @return the reason to refuse the request; empty if it is allowed
     */
    public Optional<String> refusal(String host, Optional<String> origin) {
        if (!isKnown(host)) {
            return Optional.of(
                    "this service does not answer to the host name '" + host + "': allow it with --host-name");
        }
        if (origin.isPresent() && !isOwn(authority(origin.get()), host)) {
            return Optional.of("this service does not answer pages of " + origin.get());
        }
        return Optional.empty();
    }

    /** Returns whether an authority is safe. DNS rebinding needs a name, so that plain addresses are. */
    private boolean isKnown(String authority) {
        return anyHost || isNamed(authority) || ADDRESS.matcher(name(authority)).matches();
    }

    /**
     * Returns whether a page comes from this service, this machine or an allowed name. Plain addresses do not suffice,
     * since anyone may serve a page from an address.
     */
    private boolean isOwn(Optional<String> authority, String host) {
        return authority.isPresent() && (authority.get().equalsIgnoreCase(host) || isNamed(authority.get()));
    }

    private boolean isNamed(String authority) {
        String name = name(authority);
        return name.equals("localhost") || names.contains(name);
    }

    private static String name(String authority) {
        return authority.replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT);
    }

    private static Optional<String> authority(String origin) {
        try {
            return Optional.ofNullable(URI.create(origin).getAuthority());
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }
}
