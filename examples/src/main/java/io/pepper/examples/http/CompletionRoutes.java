package io.pepper.examples.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.pepper.generation.GenerationSession;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of text generators, in the form of OpenAI's completions: {@code GET /v1/models}, and {@code POST
 * /v1/completions}, which can send its text as it comes (server-sent events).
 */
final class CompletionRoutes implements AutoCloseable {
    /** The path on which answers may be slow. */
    static final String PATH = "/v1/completions";

    private static final Logger LOG = LoggerFactory.getLogger(CompletionRoutes.class);

    /** The usual status in logs for a client that did not wait; one that closed only its side may read it. */
    private static final int GONE = 499;

    private final CompletionModels models;
    private final GenerationLimits limits;

    CompletionRoutes(CompletionModels models, GenerationLimits limits) {
        this.models = models;
        this.limits = limits;
    }

    void configure(JavalinConfig config) {
        config.routes.get("/v1/models", this::list);
        config.routes.post(PATH, this::complete);
    }

    private void list(Context request) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        for (String name : models.names()) {
            data.addObject().put("id", name).put("object", "model").put("owned_by", "pepper");
        }
        request.json(answer);
    }

    private void complete(Context request) throws IOException {
        CompletionRequest asked = CompletionRequest.of(request.bodyAsBytes(), limits);
        models.run(asked.model(), session -> {
            Completion completion = new Completion(asked, models.vocabulary(asked.model()));
            List<Long> prompt = completion.prompt(limits);
            Answer answer =
                    new Answer(asked, "cmpl-" + UUID.randomUUID(), Instant.now().getEpochSecond());
            try (ClientWatch client = ClientWatch.of(request)) {
                if (asked.stream()) {
                    stream(new CompletionEvents(request), answer, completion, session, prompt, client);
                } else {
                    whole(request, answer, completion, session, prompt, client);
                }
            }
        });
    }

    private static void whole(
            Context request,
            Answer answer,
            Completion completion,
            GenerationSession session,
            List<Long> prompt,
            ClientWatch client)
            throws IOException {
        StringBuilder text = new StringBuilder();
        List<Long> tokens = new ArrayList<>();
        Completion.End end = completion.run(session, prompt, client::isGone, (added, more) -> {
            text.append(added);
            tokens.addAll(more);
        });
        if (end.reason().isEmpty()) {
            throw new HttpResponseException(GONE, "the client closed the connection", Map.of());
        }
        ObjectNode body = answer.part(
                completion.hasText(), text.toString(), tokens, end.reason().get());
        body.set("usage", Answer.usage(end));
        request.json(body);
    }

    private static void stream(
            CompletionEvents events,
            Answer answer,
            Completion completion,
            GenerationSession session,
            List<Long> prompt,
            ClientWatch client)
            throws IOException {
        boolean hasText = completion.hasText();
        try {
            Completion.End end = completion.run(
                    session,
                    prompt,
                    client::isGone,
                    (added, more) -> events.send(answer.part(hasText, added, more, null)));
            if (end.reason().isPresent()) {
                events.send(answer.part(hasText, "", List.of(), end.reason().get()));
                if (answer.asked().includeUsage()) {
                    events.send(answer.usageAlone(end));
                }
                events.end();
            }
        } catch (CompletionEvents.GoneException gone) {
            LOG.debug("a client has gone during its completion", gone);
        } catch (IOException | RuntimeException failed) {
            if (!events.isOpen()) {
                throw failed;
            }
            events.send(Failures.ofCompletion(failed)); // The status is sent already.
        }
    }

    @Override
    public void close() {
        models.close();
    }

    /**
     * The beginning of all parts of an answer.
     *
     * @param asked the request
     * @param id the identity of the answer
     * @param created when it began, in seconds since 1970
     */
    private record Answer(CompletionRequest asked, String id, long created) {
        private ObjectNode head() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("id", id)
                    .put("object", "text_completion")
                    .put("created", created)
                    .put("model", asked.model());
        }

        /**
         * Returns a part of the answer, or all of it.
         *
         * @param hasText whether the model has a tokenizer
         * @param reason why it ended; null before its end
         */
        private ObjectNode part(boolean hasText, String text, List<Long> tokens, @Nullable String reason) {
            ObjectNode root = head();
            ObjectNode choice = root.putArray("choices").addObject().put("index", 0);
            choice.put("text", hasText ? text : null);
            choice.putNull("logprobs").put("finish_reason", reason);
            ArrayNode numbers = choice.putArray("token_ids");
            tokens.forEach(numbers::add);
            return root;
        }

        private ObjectNode usageAlone(Completion.End end) {
            ObjectNode root = head();
            root.putArray("choices");
            root.set("usage", usage(end));
            return root;
        }

        private static ObjectNode usage(Completion.End end) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("prompt_tokens", end.promptTokens())
                    .put("completion_tokens", end.newTokens())
                    .put("total_tokens", end.promptTokens() + end.newTokens());
        }
    }
}
