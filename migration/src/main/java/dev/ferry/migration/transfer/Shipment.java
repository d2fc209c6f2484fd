package dev.ferry.migration.transfer;

import dev.ferry.migration.protocol.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * The files that a migration sends, some of which are still growing. Each is a stream that is sent from front to back; after a cut it goes
 * on where the other side's count ends. One thread at a time, {@link #sent} excepted.
 */
public final class Shipment implements AutoCloseable {
    private final Map<String, Item> items = new LinkedHashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(Chunk.MAXIMUM);
    private final AtomicLong sent = new AtomicLong();

    /** Takes one chunk towards the other side. */
    @FunctionalInterface
    interface Way {
        void send(String stream, long offset, ByteBuffer bytes) throws IOException;
    }

    private static final class Item {
        private final FileChannel file;
        private final CRC32C crc = new CRC32C();
        private long limit = Long.MAX_VALUE;
        private long sent;
        private long summed;

        Item(FileChannel file) {
            this.file = file;
        }
    }

    /** Begins a stream, unless it is one already. */
    public void add(String stream, Path file) throws IOException {
        if (!items.containsKey(stream)) {
            add(stream, FileChannel.open(file, StandardOpenOption.READ));
        }
    }

    /** Begins a stream from a channel that this shipment then owns. */
    public void add(String stream, FileChannel file) {
        items.put(stream, new Item(file));
    }

    /** Nothing behind that offset belongs to the stream. */
    public void end(String stream, long size) {
        item(stream).limit = size;
    }

    /** Bytes that were given to a connection; more than the sum of the sizes after a cut. */
    public long sent() {
        return sent.get();
    }

    /** CRC-32C of a stream up to what was sent of it, eight hexadecimal digits. */
    public String sum(String stream) {
        return HexFormat.of().toHexDigits((int) item(stream).crc.getValue());
    }

    /** Sends what is there of all streams, and returns how much that was. */
    long pump(Way way) throws IOException {
        long taken = 0;
        for (Map.Entry<String, Item> entry : items.entrySet()) {
            taken += pump(entry.getKey(), entry.getValue(), way);
        }
        return taken;
    }

    private long pump(String stream, Item item, Way way) throws IOException {
        long begin = item.sent;
        while (item.sent < item.limit) {
            int room = (int) Math.min(buffer.capacity(), item.limit - item.sent);
            int got = item.file.read(buffer.clear().limit(room), item.sent);
            if (got <= 0) {
                break;
            }
            buffer.flip();
            sum(item, got);
            way.send(stream, item.sent, buffer);
            item.sent += got;
            sent.addAndGet(got);
        }
        return item.sent - begin;
    }

    /** What is sent again after a cut counts once. */
    private void sum(Item item, int got) {
        long end = item.sent + got;
        if (end > item.summed) {
            int known = (int) Math.max(0, item.summed - item.sent);
            item.crc.update(buffer.array(), known, got - known);
            item.summed = end;
        }
    }

    /** Goes back to what the other side has. */
    void rewind(Map<String, Long> arrived) {
        items.forEach((stream, item) -> item.sent = Math.min(item.sent, arrived.getOrDefault(stream, 0L)));
    }

    private Item item(String stream) {
        Item item = items.get(stream);
        if (item == null) {
            throw new IllegalArgumentException("no stream \"" + stream + "\"");
        }
        return item;
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (Item item : items.values()) {
            try {
                item.file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        items.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
