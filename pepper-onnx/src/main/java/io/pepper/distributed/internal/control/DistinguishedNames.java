package io.pepper.distributed.internal.control;

import javax.security.auth.x500.X500Principal;

/** The names in certificates. Stateless and therefore thread-safe. */
final class DistinguishedNames {
    private static final String COMMON_NAME = "CN=";

    private DistinguishedNames() {}

    /** Returns the common name, without escapes; an empty text if there is none. */
    static String commonName(X500Principal subject) {
        String name = subject.getName(X500Principal.RFC2253);
        for (int start = 0; start < name.length(); ) {
            int end = start;
            StringBuilder value = new StringBuilder();
            while (end < name.length() && name.charAt(end) != ',' && name.charAt(end) != '+') {
                if (name.charAt(end) == '\\' && end + 1 < name.length()) {
                    end++;
                }
                value.append(name.charAt(end++));
            }
            if (name.startsWith(COMMON_NAME, start)) {
                return value.substring(COMMON_NAME.length());
            }
            start = end + 1;
        }
        return "";
    }
}
