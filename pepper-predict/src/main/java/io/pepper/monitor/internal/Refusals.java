package io.pepper.monitor.internal;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Explanations of answers that are not those of Prometheus. */
final class Refusals {
    private static final int LOOKED_AT = 1 << 16;
    private static final Pattern TITLE = Pattern.compile("<title[^>]*>([^<]{1,200})", Pattern.CASE_INSENSITIVE);
    private static final Pattern HEADING = Pattern.compile("<h1[^>]*>([^<]{1,200})", Pattern.CASE_INSENSITIVE);
    private static final Pattern SIGN_IN = Pattern.compile(
            "sign[ -]?in|sign[ -]?on|log[ -]?in|log[ -]?on|authenticat|type=[\"']?password|anmelden|connexion",
            Pattern.CASE_INSENSITIVE);

    private final int status;
    private final HttpHeaders headers;
    private final String body;
    private final boolean knowsUser;
    private final Secrets secrets;

    Refusals(int status, HttpHeaders headers, byte[] body, boolean knowsUser, Secrets secrets) {
        this.status = status;
        this.headers = headers;
        this.body = secrets.hide(new String(body, 0, Math.min(body.length, LOOKED_AT), StandardCharsets.UTF_8).strip());
        this.secrets = secrets;
        this.knowsUser = knowsUser;
    }

    /** Returns what the server did, as a sentence without its address. */
    String sentence(String parsed) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> redirected();
            case 401, 407 -> unauthorized(parsed);
            case 403 ->
                "forbids the query (HTTP 403)" + quotation(parsed) + (knowsUser ? "" : "; it may ask for a user");
            case 404, 405, 410 ->
                "has no /api/v1/query (HTTP " + status + ")" + quotation(parsed)
                        + "; is this the address of a Prometheus, with its path prefix?";
            default -> other(parsed);
        };
    }

    /** Returns the explanation of an answer that is not JSON of Prometheus. */
    String unreadable(@Nullable String why) {
        return status == 200 && !isPage() ? "HTTP 200, and " + why : sentence("");
    }

    private String redirected() {
        String target = headers.firstValue("Location")
                .map(secrets::hide)
                .map(Refusals::place)
                .orElse("a place that it does not name");
        return "redirected to " + target + " (HTTP " + status + "), which is not followed"
                + (SIGN_IN.matcher(target).find() || target.contains("auth")
                        ? ": it is probably a sign-in page"
                        : ": give the address that it leads to");
    }

    /** Removes the user and query of a location, which may hold secrets, and the path of the request. */
    private static String place(String location) {
        String shown = location.replaceFirst("[?#].*", "").replaceFirst("/api/v1/.*", "");
        try {
            URI uri = URI.create(shown);
            if (uri.getRawUserInfo() != null) {
                shown = shown.replace(uri.getRawUserInfo() + "@", "");
            }
        } catch (IllegalArgumentException none) {
            shown = shown.replaceFirst("//[^/]*@", "//");
        }
        return shown.isEmpty() ? "/" : SafeText.of(shown);
    }

    private String unauthorized(String parsed) {
        String who = status == 407 ? "the proxy before it " : "";
        if (body.toLowerCase(Locale.ROOT).contains("org id")) {
            return "asks for a tenant, in the header X-Scope-OrgID (HTTP 401)" + quotation(parsed);
        }
        if (knowsUser && status == 401) {
            return "does not accept the user, password or token that was sent (HTTP 401)" + quotation(parsed);
        }
        List<String> ways = headers.allValues(status == 407 ? "Proxy-Authenticate" : "WWW-Authenticate");
        String way = ways.isEmpty() ? "" : ways.get(0).split("[ ,]", 2)[0].toLowerCase(Locale.ROOT);
        String what =
                switch (way) {
                    case "basic" -> "a user and a password";
                    case "bearer" -> "a token";
                    case "" -> "a password or a token";
                    default -> "a password or a token, by " + SafeText.of(way);
                };
        return who + "asks for " + what + " (HTTP " + status + ")" + quotation(parsed);
    }

    private String other(String parsed) {
        if (!isPage()) {
            return "HTTP " + status + (parsed.isEmpty() ? quotation(parsed) : " " + parsed);
        }
        if (SIGN_IN.matcher(body).find() && status < 500) {
            return "is a sign-in page" + quotation(parsed) + " (HTTP " + status
                    + "): it asks for a password or a token";
        }
        return "HTTP " + status + ", and a web page instead of JSON" + quotation(parsed);
    }

    private boolean isPage() {
        String begin = body.substring(0, Math.min(body.length(), 1000)).toLowerCase(Locale.ROOT);
        return begin.startsWith("<")
                || begin.contains("<html")
                || headers.firstValue("Content-Type").orElse("").contains("html");
    }

    /**
     * Returns the server's own words: those of the error, the title, or the first line of text; empty if there are
     * none.
     */
    private String quotation(String parsed) {
        if (!parsed.isEmpty()) {
            return ": " + parsed;
        }
        if (isPage()) {
            return first(TITLE)
                    .or(() -> first(HEADING))
                    .map(title -> ": '" + title + "'")
                    .orElse("");
        }
        String line = body.lines().findFirst().orElse("");
        return line.isEmpty() || line.startsWith("{") ? "" : ": " + SafeText.of(line);
    }

    private Optional<String> first(Pattern pattern) {
        Matcher matcher = pattern.matcher(body);
        return matcher.find() ? Optional.of(SafeText.of(matcher.group(1).strip())) : Optional.empty();
    }
}
