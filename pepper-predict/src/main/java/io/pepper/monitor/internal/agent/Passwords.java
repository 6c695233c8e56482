package io.pepper.monitor.internal.agent;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Users and the bcrypt hashes of their passwords. A hash takes tens of milliseconds, so that the results of recent
 * checks are remembered, under a digest with a secret of this process. One hash is computed at a time: wrong passwords
 * cannot take more than one core. Thread-safe.
 */
final class Passwords {
    private static final Pattern HASH = Pattern.compile("\\$2[abxy]?\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");
    private static final int MAX_COST = 14;
    private static final int MAX_BYTES = 72;
    private static final int MIN_COST = 4;
    private static final int REMEMBERED = 100;
    private static final int SECRET_BYTES = 32;
    private static final String BASIC = "Basic ";

    /** Is checked for unknown users, so that they cannot be told from known ones by the time of an answer. */
    private static final String OF_NO_USER = "$2y$10$" + ".".repeat(53);

    private final Map<String, String> hashes;
    private final byte[] secret = new byte[SECRET_BYTES];
    private final Map<String, Boolean> checked = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    Passwords(Map<String, String> hashes) {
        this.hashes = Map.copyOf(hashes);
        new SecureRandom().nextBytes(secret);
    }

    /** Returns why a text is no bcrypt hash that can be checked in a short time; empty if it is one. */
    static Optional<String> problem(String hash) {
        Matcher matcher = HASH.matcher(hash);
        if (!matcher.matches()) {
            return Optional.of("a bcrypt hash is expected, as htpasswd -nBC 10 '' prints it");
        }
        int cost = Integer.parseInt(matcher.group(1));
        return cost < MIN_COST || cost > MAX_COST
                ? Optional.of(
                        "the cost " + cost + " of this bcrypt hash is not between " + MIN_COST + " and " + MAX_COST)
                : Optional.empty();
    }

    /** Returns whether the header {@code Authorization} has the name and password of a user. */
    boolean accept(String authorization) {
        if (!authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return false;
        }
        String both;
        try {
            both = new String(
                    Base64.getDecoder()
                            .decode(authorization.substring(BASIC.length()).strip()),
                    StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
        int colon = both.indexOf(':');
        byte[] password = both.substring(colon + 1).getBytes(StandardCharsets.UTF_8);
        return colon >= 0 && password.length <= MAX_BYTES && isRight(both.substring(0, colon), password, digest(both));
    }

    private synchronized boolean isRight(String user, byte[] password, String digest) {
        Boolean known = checked.get(digest);
        if (known != null) {
            return known;
        }
        String hash = hashes.getOrDefault(user, OF_NO_USER);
        boolean right = BCrypt.verifyer().verify(password, hash.getBytes(StandardCharsets.US_ASCII)).verified
                && hashes.containsKey(user);
        checked.put(digest, right);
        return right;
    }

    private String digest(String both) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(secret);
            return Base64.getEncoder().encodeToString(digest.digest(both.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java has SHA-256", missing);
        }
    }
}
