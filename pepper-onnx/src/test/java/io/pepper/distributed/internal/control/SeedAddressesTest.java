package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeedAddressesTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "host", ":7400", "host:", "host:0", "host:65536", "host:x", "::1:7400", "[]:7400"})
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> SeedAddresses.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not HOST:PORT");
    }

    @Test
    void namesAreResolvedAndEachAddressIsASeed() throws IOException {
        assertThat(SeedAddresses.resolve(List.of("127.0.0.2:1", "127.0.0.1:2", "127.0.0.1:2")))
                .containsExactly("127.0.0.1:2", "127.0.0.2:1");
        assertThat(SeedAddresses.resolve(List.of("[::1]:7400"))).containsExactly("[0:0:0:0:0:0:0:1]:7400");
        assertThat(SeedAddresses.resolve(List.of("localhost:7400"))).contains("127.0.0.1:7400");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CN=pi4|pi4",
                "CN=pi4,O=Acme|pi4",
                "O=Acme,CN=pi4|pi4",
                "O='x\\,CN=admin',CN=pi4|pi4",
                "OU=CN\\=admin|''",
                "O=Acme|''"
            })
    void theCommonNameOfACertificateCannotBeForgedByOtherFields(String subject, String name) {
        assertThat(DistinguishedNames.commonName(new X500Principal(subject.replace("'", ""))))
                .isEqualTo(name);
    }
}
