package io.pepper.report.internal.markup;

import io.pepper.document.SafeText;
import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A writer of well-formed markup, for one thread. Its input may contain anything: it is converted to {@link SafeText} and escaped. */
public final class Markup {
    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter writer;

    /** Creates markup without content. */
    public Markup() {
        try {
            writer = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
        } catch (XMLStreamException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private interface Writing {
        void run() throws XMLStreamException;
    }

    private Markup write(Writing writing) {
        try {
            writing.run();
            return this;
        } catch (XMLStreamException impossible) {
            throw new IllegalStateException("a string takes all that is written to it", impossible);
        }
    }

    /** Writes text unchanged, such as a document type. */
    Markup raw(String markup) {
        return write(() -> writer.writeDTD(markup));
    }

    /**
     * Starts an element.
     *
     * @param element its name
     * @param attributes names and values in turn
     * @return this
     */
    public Markup open(String element, String... attributes) {
        return write(() -> {
            writer.writeStartElement(element);
            writeAttributes(attributes);
        });
    }

    private void writeAttributes(String... attributes) throws XMLStreamException {
        for (int i = 0; i < attributes.length; i += 2) {
            writer.writeAttribute(attributes[i], SafeText.line(attributes[i + 1]));
        }
    }

    /**
     * Ends the innermost element that is open.
     *
     * @return this
     */
    public Markup close() {
        return write(writer::writeEndElement);
    }

    /**
     * Writes an element without content.
     *
     * @param element its name
     * @param attributes names and values in turn
     * @return this
     */
    public Markup empty(String element, String... attributes) {
        return write(() -> {
            writer.writeEmptyElement(element);
            writeAttributes(attributes);
        });
    }

    private Markup text(String content) {
        return write(() -> writer.writeCharacters(SafeText.lines(content)));
    }

    /**
     * Writes an element that contains only text.
     *
     * @param element its name
     * @param content any text
     * @param attributes names and values in turn
     * @return this
     */
    public Markup element(String element, String content, String... attributes) {
        return open(element, attributes).text(content).close();
    }

    /**
     * Writes our own style or script, including its lines.
     *
     * @param element its name
     * @param content text without characters that must be escaped
     * @return this
     */
    public Markup code(String element, String content) {
        return write(() -> {
            writer.writeStartElement(element);
            writer.writeCharacters(content);
            writer.writeEndElement();
        });
    }

    /**
     * Starts a line in the source text of the document.
     *
     * @return this
     */
    public Markup line() {
        return write(() -> writer.writeCharacters("\n"));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
