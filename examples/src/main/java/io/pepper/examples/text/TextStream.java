package io.pepper.examples.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of a sequence that grows by tokens. A token may be a part of a character, and its text may depend on the token
 * before: so text is given once its last character is whole, from the tokens since the text before last. All texts
 * together are {@link #text} of all tokens, if these are whole characters. Bytes that are none become U+FFFD; the decoder
 * may then mark the bytes of the character before as well, which was given already. Not thread-safe. Two short decodings
 * per token.
 */
public final class TextStream {
    /** The text of the bytes of an incomplete character. */
    private static final String INCOMPLETE = "\uFFFD";

    /** The tokens of a prompt on which the text of the next token may depend. */
    private static final int CONTEXT = 8;

    private final Tokenizer tokenizer;

    /** The last tokens of the prompt, and the new ones. */
    private final List<Long> tokens;

    private final int begin;
    private final String before;
    private final StringBuilder given = new StringBuilder();

    /** The tokens from {@link #from} to {@link #read} have this text, which is given already. */
    private String context;

    private int from;
    private int read;

    /**
     * Creates a stream.
     *
     * @param tokenizer the tokenizer, which must stay open
     * @param prompt the tokens before the text, on which the space at its beginning depends; may be none
     * @throws IOException if the tokenizer fails
     */
    public TextStream(Tokenizer tokenizer, List<Long> prompt) throws IOException {
        this.tokenizer = tokenizer;
        this.tokens = new ArrayList<>(prompt.subList(Math.max(0, prompt.size() - CONTEXT), prompt.size()));
        this.begin = tokens.size();
        this.read = begin;
        this.before = tokenizer.decode(tokens);
        this.context = before;
    }

    /**
     * Returns the text of tokens behind a prompt.
     *
     * @param tokenizer the tokenizer
     * @param prompt the tokens before the text
     * @param tokens the tokens of the text
     * @return the text
     * @throws IOException if the tokenizer fails
     */
    public static String text(Tokenizer tokenizer, List<Long> prompt, List<Long> tokens) throws IOException {
        TextStream stream = new TextStream(tokenizer, prompt);
        stream.tokens.addAll(tokens);
        return stream.all();
    }

    /** Returns the text of all new tokens. */
    private String all() throws IOException {
        String text = tokenizer.decode(tokens);
        return text.startsWith(before)
                ? text.substring(before.length())
                : tokenizer.decode(tokens.subList(begin, tokens.size()));
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
        String all = all();
        if (tokenizer.rewrites()) {
            given.append(all);
            return all;
        }
        String rest = give(tokenizer.decode(tokens.subList(from, tokens.size())));
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
