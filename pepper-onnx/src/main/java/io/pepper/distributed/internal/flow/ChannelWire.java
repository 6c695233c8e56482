package io.pepper.distributed.internal.flow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A connection in the clear. Direct buffers go to the socket as they are, several by one call. */
final class ChannelWire implements Wire {
    /** Pieces on the heap up to this size go with others: the channel copies them. */
    private static final int SMALL = 1 << 13;

    private final SocketChannel channel;
    private final Selector readable;
    private final Selector writable;
    private final ByteBuffer window = ByteBuffer.allocateDirect(PIECE);

    private ChannelWire(SocketChannel channel, Selector readable, Selector writable) {
        this.channel = channel;
        this.readable = readable;
        this.writable = writable;
    }

    /** Takes over a connected channel. */
    static ChannelWire of(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        Selector reading = channel.provider().openSelector();
        Selector writing = channel.provider().openSelector();
        channel.register(reading, SelectionKey.OP_READ);
        channel.register(writing, SelectionKey.OP_WRITE);
        return new ChannelWire(channel, reading, writing);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = channel.read(target);
        while (count == 0 && target.hasRemaining()) {
            await(readable);
            count = channel.read(target);
        }
        return count;
    }

    /** Waits until the channel is ready, or closed. */
    private static void await(Selector selector) throws IOException {
        try {
            selector.select();
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException closed) {
            AsynchronousCloseException ended = new AsynchronousCloseException();
            ended.initCause(closed);
            throw ended;
        }
    }

    @Override
    public void write(ByteBuffer... pieces) throws IOException {
        while (!tryWrite(pieces)) {
            await(writable);
        }
    }

    @Override
    public boolean writesAtOnce() {
        return true;
    }

    @Override
    public boolean tryWrite(ByteBuffer... pieces) throws IOException {
        int at = 0;
        while (at < pieces.length) {
            if (!pieces[at].hasRemaining()) {
                at++;
            } else if (isCopied(pieces[at])) {
                if (writeCopy(pieces[at]) == 0) {
                    return false;
                }
            } else {
                int end = at + 1;
                while (end < pieces.length && !isCopied(pieces[end])) {
                    end++;
                }
                if (channel.write(pieces, at, end - at) == 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isCopied(ByteBuffer piece) {
        return !piece.isDirect() && piece.remaining() > SMALL;
    }

    private int writeCopy(ByteBuffer piece) throws IOException {
        int now = Math.min(PIECE, piece.remaining());
        window.clear().put(piece.slice(piece.position(), now)).flip();
        int written = channel.write(window);
        piece.position(piece.position() + written);
        return written;
    }

    @Override
    public void finish() throws IOException {
        channel.shutdownOutput();
    }

    /** Closing the selectors wakes the threads that wait. */
    @Override
    public void close() throws IOException {
        try (readable;
                writable) {
            channel.close();
        }
    }
}
