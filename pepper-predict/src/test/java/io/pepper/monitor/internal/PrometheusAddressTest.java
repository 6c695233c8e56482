package io.pepper.monitor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as people type them. */
class PrometheusAddressTest {
    @ParameterizedTest
    @CsvSource({
        "localhost:9090, did you mean http://localhost:9090?",
        "192.168.1.31:9090, did you mean http://192.168.1.31:9090?",
        "prometheus, did you mean http://prometheus?",
        "//prometheus:9090/prom, did you mean http://prometheus:9090/prom?",
        "http:/prometheus:9090, did you mean http://prometheus:9090?",
        "'', it is empty",
        "ftp://prometheus, it must begin with http:// or https://",
        "http://, it has no host",
        "http://prometheus:99999, there is no port 99999",
        "http://::1:9090, as in http://[::1]:9090",
        "http://my_prometheus:9090, underscore",
        "http://prometheus/graph?g0.expr=up, leave out what begins with '?' or '#'",
        "http://a b:9090, a character that no address has",
    })
    void refusalsNameTheIntendedAddress(String typed, String said) {
        assertThatThrownBy(() -> PrometheusAddress.parse(typed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:hush@",
                "http://user:hush@host:port",
                "http://user:hu/sh@host:9090",
                "http://user:12/sh@host:9090",
                "http://user:hush?x@host:9090",
                "http://user:hush#@host:9090",
                "http://user:hush%zz@host:9090",
                "http://user:hush@my_host",
                "user:hush@host:9090",
                "http:/user:hush@host:9090",
                "ftp://user:hush@host",
                "hush@x://host",
                "http://user:hush@host/?token=hush",
                "http://host/?token=hush",
            })
    void messagesNeverContainThePassword(String typed) {
        assertThatThrownBy(() -> PrometheusAddress.parse(typed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .doesNotContain("hush")
                .doesNotContain("sh@");
    }

    @Test
    void takesTheUserOutOfTheAddress() {
        PrometheusAddress address = PrometheusAddress.parse(" HTTPS://me:p%40ss+%2F:x@host:9090/prom// ");
        assertThat(address.user()).hasValue("me:p@ss+/:x");
        assertThat(address).hasToString("https://host:9090/prom");
        assertThat(address.uri()).hasToString("https://host:9090/prom");
        assertThat(PrometheusAddress.parse("http://[::1]:9090").uri().getHost()).isEqualTo("[::1]");
        assertThat(PrometheusAddress.parse("http://host").user()).isEmpty();
    }
}
