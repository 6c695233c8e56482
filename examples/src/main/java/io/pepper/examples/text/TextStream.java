package io.pepper.examples.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of a sequence that grows by tokens. A token may be a part of a character, and its text may depend on the token before: so
 * text is given once its last character is whole, from the tokens since the text before last. All texts together are
 * the text of {@link Tokenizer#decode} for all tokens, if these are whole characters. Bytes that are none become U+FFFD;
 * the decoder may then mark the bytes of the character before as well, which was given already. Not thread-safe. Two
 * short decodings per token.
 */
public final class TextStream {
    /** The text of the bytes of an incomplete character. */
    private static final String INCOMPLETE = "\uFFFD";

    private final Tokenizer tokenizer;
    private final List<Long> tokens = new ArrayList<>();
    private final StringBuilder given = new StringBuilder();

    /** The tokens from here to {@link #read} have this text, which is given already. */
    private String context = "";

    private int from;
    private int read;

    /**
     * Creates a stream.
     *
     * @param tokenizer the tokenizer, which must stay open
     */
    public TextStream(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Adds a token.
     *
     * @param token the next token
     * @return the text that it completes; may be empty
     * @throws IOException if the tokenizer fails
     */
    public String add(long token) throws IOException {
        tokens.add(token);
        if (tokenizer.rewrites()) {
            return "";
        }
        String text = tokenizer.decode(tokens.subList(from, tokens.size()));
        if (text.endsWith(INCOMPLETE) || text.length() <= context.length()) {
            return "";
        }
        String added = give(text);
        from = read;
        read = tokens.size();
        context = tokenizer.decode(tokens.subList(from, read));
        return added;
    }

    /** Gives what a text of the tokens since {@link #from} has behind the context. */
    private String give(String text) {
        String added = text.substring(Math.min(context.length(), text.length()));
        given.append(added);
        return added;
    }

    /**
     * Ends the stream.
     *
     * @return the text that is not given yet
     * @throws IOException if the tokenizer fails, or its text of all tokens is another one than the texts so far
     */
    public String end() throws IOException {
        String rest = give(tokenizer.decode(tokens.subList(from, tokens.size())));
        String all = tokenizer.decode(tokens);
        if (!all.contains(INCOMPLETE) && !all.contentEquals(given)) {
            throw new IOException(tokenizer.file()
                    + ": its decoder changes the text of earlier tokens, so that text cannot be given as it comes");
        }
        return rest;
    }

    /**
     * Returns all text that was given.
     *
     * @return the text
     */
    public String text() {
        return given.toString();
    }
}
