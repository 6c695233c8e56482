package io.pepper.monitor.internal;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** Whatever a server answers, it is understood or refused. */
@Tag("fuzz")
class AnswersFuzzTest {
    @FuzzTest(maxDuration = "60m")
    void answer(byte[] data) {
        try {
            AnswerReader.read(data);
        } catch (IOException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void scrape(byte[] data) {
        try {
            ScrapeReader.read(data, name -> true);
        } catch (IOException refused) {
            if (String.valueOf(refused.getMessage()).chars().anyMatch(Character::isISOControl)) {
                throw new IllegalStateException("not one line: " + refused.getMessage(), refused);
            }
        }
    }

    /** A status, a place to be sent to, and a page: what is said of them is one line that no terminal obeys. */
    @FuzzTest(maxDuration = "60m")
    void refusal(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        int status = 200 + (data.length == 0 ? 0 : (data[0] & 0xff) * 2);
        HttpHeaders headers = HttpHeaders.of(
                Map.of("Location", List.of(text), "WWW-Authenticate", List.of(text)), (name, value) -> true);
        for (boolean knowsUser : new boolean[] {false, true}) {
            String said = new Refusals(status, headers, data, knowsUser, Secrets.of(Map.of("Authorization", text)))
                    .unreadable("not JSON");
            if (said.isBlank() || said.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalStateException("not one line: " + said);
            }
        }
    }

    /** Whatever is typed as an address, what stands before its last '@' is in no message. */
    @FuzzTest(maxDuration = "60m")
    void address(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        if (text.contains("hush")) {
            return; // Behind the last '@' it is no password.
        }
        try {
            PrometheusAddress.parse("http://user:hush" + text + "@" + text);
        } catch (IllegalArgumentException refused) {
            if (String.valueOf(refused.getMessage()).contains("hush") || refused.getCause() != null) {
                throw new IllegalStateException("says the password: " + refused.getMessage(), refused);
            }
        }
    }

    /** What was sent is in nothing that is said of an answer that repeats it, whatever stands around it. */
    @FuzzTest(maxDuration = "60m")
    void secrets(byte[] data) {
        String around = new String(data, StandardCharsets.UTF_8);
        String password = "correct horse battery";
        String value =
                "Basic " + Base64.getEncoder().encodeToString(("me:" + password).getBytes(StandardCharsets.UTF_8));
        Secrets secrets = Secrets.of(Map.of("authorization", value, "X-Scope-OrgID", "tenant-" + around));
        String shown = secrets.hide(around + value + around + password + around);
        if (shown.contains(password) || shown.contains(value.substring("Basic ".length()))) {
            throw new IllegalStateException("says the password: " + shown);
        }
    }
}
