package io.pepper.monitor.internal.link;

import io.pepper.monitor.LinkOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** An agent in a process of its own. It measures its link for each line of its input, and prints the answer. */
final class LinkAgentMain {
    private LinkAgentMain() {}

    /** Starts it: name, port, and optionally the name and the address of a peer. */
    public static void main(String... args) throws IOException, InterruptedException {
        LinkOptions options =
                args.length > 2 ? LinkOptions.DEFAULTS.withPeer(args[2], URI.create(args[3])) : LinkOptions.DEFAULTS;
        try (LinkServer server = LinkServer.start(args[0], new InetSocketAddress(Integer.parseInt(args[1])), options);
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("ready");
            while (lines.readLine() != null) {
                System.out.println(server.ask("POST", "/link/measure?target=" + args[2])
                        .body()
                        .strip());
            }
        }
    }
}
