package io.pepper.examples.dashboard;

import io.pepper.report.internal.markup.Markup;
import io.pepper.report.internal.markup.Page;
import io.pepper.report.internal.markup.Texts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * The page of a dashboard and the policy by which a browser shows it: only this page's own style and script run, and
 * nothing is fetched from elsewhere.
 *
 * @param html the page
 * @param script its script
 * @param policy the header {@code Content-Security-Policy}
 */
record DashboardPage(String html, String script, String policy) {
    private static final String STYLE_BEGIN = "<style>";
    private static final String STYLE_END = "</style>";

    static DashboardPage create() {
        String html = written();
        String style = html.substring(html.indexOf(STYLE_BEGIN) + STYLE_BEGIN.length(), html.indexOf(STYLE_END));
        String policy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'sha256-" + hash(style)
                + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return new DashboardPage(html, Texts.resource(DashboardPage.class, "dashboard.js"), policy);
    }

    private static String written() {
        Page page = Page.titled("PEPPER dashboard", Texts.resource(DashboardPage.class, "dashboard.css"))
                .header("Boards, links and parts", List.of(), List.of());
        Markup body = page.body();
        body.element("p", "Waiting for the first reading …", "id", "state", "role", "status")
                .line();
        body.element("p", "This page needs JavaScript.", "id", "no-script").line();
        section(body, "boards", "Boards");
        section(body, "parts", "Deployment");
        section(body, "served", "Served parts");
        section(body, "links", "Links");
        body.element("script", "", "src", "dashboard.js", "defer", "defer").line();
        return page.end();
    }

    private static void section(Markup body, String id, String heading) {
        body.open("section", "id", id + "-section", "hidden", "hidden");
        body.element("h2", heading).element("div", "", "id", id).close().line();
    }

    private static String hash(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
