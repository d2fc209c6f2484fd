package dev.ferry.cli.rootfs;

import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which file goes where. Paths are relative to the root, without a slash in front. A path below a link that stands at the top, like
 * {@code lib64} on merged systems, is put where the link leads; missing parents are made.
 */
public final class RootfsPlan {
    private static final int DIRECTORY = 0755;

    private final SortedMap<String, RootfsEntry> entries = new TreeMap<>();

    /** All entries; a directory comes before what is in it. */
    public SortedMap<String, RootfsEntry> entries() {
        return Collections.unmodifiableSortedMap(entries);
    }

    public RootfsPlan directory(String path, int mode) {
        return put(path, new RootfsEntry.Directory(mode));
    }

    public RootfsPlan copy(Path source, String path, int mode) {
        return put(path, new RootfsEntry.Copy(source, mode));
    }

    public RootfsPlan text(String path, String content, int mode) {
        return put(path, new RootfsEntry.Text(content, mode));
    }

    public RootfsPlan link(String path, String target) {
        return put(path, new RootfsEntry.Link(target));
    }

    public boolean has(String path) {
        return entries.containsKey(place(path));
    }

    private RootfsPlan put(String path, RootfsEntry entry) {
        String place = place(path);
        for (int slash = place.indexOf('/'); slash >= 0; slash = place.indexOf('/', slash + 1)) {
            String parent = place.substring(0, slash);
            RootfsEntry there = entries.putIfAbsent(parent, new RootfsEntry.Directory(DIRECTORY));
            if (there != null && !(there instanceof RootfsEntry.Directory)) {
                throw new IllegalArgumentException(
                        "'" + path + "' can not be placed: '" + parent + "' is no directory");
            }
        }
        if (entry instanceof RootfsEntry.Directory && entries.get(place) instanceof RootfsEntry.Directory) {
            entries.put(place, entry);
        } else {
            entries.putIfAbsent(place, entry);
        }
        return this;
    }

    /** The path without dots and doubled slashes, and with a link at the top followed. */
    private String place(String path) {
        String plain = Path.of("/" + path).normalize().toString().substring(1);
        if (plain.isEmpty()) {
            throw new IllegalArgumentException("'" + path + "' is the root itself");
        }
        int slash = plain.indexOf('/');
        if (slash > 0 && entries.get(plain.substring(0, slash)) instanceof RootfsEntry.Link link) {
            return place(link.target() + plain.substring(slash));
        }
        return plain;
    }
}
