package io.pepper.monitor.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** The decompressed body of an answer. Servers and proxies may compress bodies without being asked. */
final class PlainBody {
    private PlainBody() {}

    /**
     * Decompresses a body that is compressed by gzip.
     *
     * @throws IOException if it is damaged, longer than the limit, or compressed in another way
     */
    static byte[] of(HttpResponse<byte[]> response, int maxBytes) throws IOException {
        String encoding = response.headers()
                .firstValue("Content-Encoding")
                .orElse("")
                .strip()
                .toLowerCase(Locale.ROOT);
        return switch (encoding) {
            case "", "identity" -> response.body();
            case "gzip", "x-gzip" -> unzipped(response.body(), maxBytes);
            default ->
                throw new IOException(
                        "the answer is compressed by '" + SafeText.of(encoding) + "', which was not asked for");
        };
    }

    private static byte[] unzipped(byte[] body, int maxBytes) throws IOException {
        byte[] plain;
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            plain = in.readNBytes(maxBytes + 1);
        } catch (IOException damaged) {
            throw new IOException("the answer says that it is compressed by gzip, and is not or is damaged", damaged);
        }
        if (plain.length > maxBytes) {
            throw new IOException("the answer has more than " + maxBytes + " bytes once it is decompressed");
        }
        return plain;
    }
}
