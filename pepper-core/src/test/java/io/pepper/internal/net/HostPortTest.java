package io.pepper.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @ParameterizedTest
    @CsvSource({"pi4:7400, pi4, 7400", "127.0.0.1:1, 127.0.0.1, 1", "[::1]:65535, ::1, 65535"})
    void anAddressIsReadAndWrittenAlike(String text, String host, int port) {
        assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(text);
        assertThat(HostPort.listening(text)).isEqualTo(new HostPort(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "host", ":7400", " :7400", "host:", "host:65536", "host:x", "host:-1", "::1:7400", "[]:7400"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> HostPort.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is not HOST:PORT");
        assertThatThrownBy(() -> HostPort.listening(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is not ADDRESS:PORT");
    }

    @Test
    void onlyOneWhoListensMayLeaveThePortToTheSystem() {
        assertThat(HostPort.listening("127.0.0.1:0").port()).isZero();
        assertThatThrownBy(() -> HostPort.parse("127.0.0.1:0")).hasMessageContaining("is not HOST:PORT");
    }
}
