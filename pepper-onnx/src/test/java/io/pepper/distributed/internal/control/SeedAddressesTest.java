package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeedAddressesTest {
    @Test
    void namesAreResolvedAndEachAddressIsASeed() throws IOException {
        assertThat(SeedAddresses.resolve(List.of("127.0.0.2:1", "127.0.0.1:2", "127.0.0.1:2")))
                .as("in the given order")
                .containsExactly("127.0.0.2:1", "127.0.0.1:2");
        assertThat(SeedAddresses.resolve(List.of("[::1]:7400"))).containsExactly("[0:0:0:0:0:0:0:1]:7400");
        assertThat(SeedAddresses.resolve(List.of("no such name:1", "127.0.0.1:2")))
                .containsExactly("127.0.0.1:2");
        assertThatThrownBy(() -> SeedAddresses.resolve(List.of("no such name:1")))
                .isInstanceOf(IOException.class)
                .hasMessage("no address is known for no such name");
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
