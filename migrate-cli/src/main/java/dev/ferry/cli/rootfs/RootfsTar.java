package dev.ferry.cli.rootfs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes a plan as a tar while reading the host's files: nothing is staged on disk. */
public final class RootfsTar {
    private RootfsTar() {}

    /** Ends the archive but leaves the stream open. */
    public static void write(RootfsPlan plan, OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        for (Map.Entry<String, RootfsEntry> entry : plan.entries().entrySet()) {
            write(entry.getKey(), entry.getValue(), tar);
        }
        tar.finish();
        tar.flush();
    }

    private static void write(String path, RootfsEntry entry, TarArchiveOutputStream tar) throws IOException {
        switch (entry) {
            case RootfsEntry.Directory directory -> {
                tar.putArchiveEntry(header(path + "/", TarConstants.LF_DIR, directory.mode(), 0));
                tar.closeArchiveEntry();
            }
            case RootfsEntry.Link link -> {
                TarArchiveEntry header = header(path, TarConstants.LF_SYMLINK, 0777, 0);
                header.setLinkName(link.target());
                tar.putArchiveEntry(header);
                tar.closeArchiveEntry();
            }
            case RootfsEntry.Text text -> {
                byte[] content = text.content().getBytes(StandardCharsets.UTF_8);
                tar.putArchiveEntry(header(path, TarConstants.LF_NORMAL, text.mode(), content.length));
                tar.write(content);
                tar.closeArchiveEntry();
            }
            case RootfsEntry.Copy copy -> {
                tar.putArchiveEntry(header(path, TarConstants.LF_NORMAL, copy.mode(), Files.size(copy.source())));
                Files.copy(copy.source(), tar);
                tar.closeArchiveEntry();
            }
        }
    }

    private static TarArchiveEntry header(String path, byte kind, int mode, long size) {
        TarArchiveEntry header = new TarArchiveEntry(path, kind);
        header.setMode(mode);
        header.setSize(size);
        header.setIds(0, 0);
        header.setNames("root", "root");
        // the same host makes the same image
        header.setModTime(0);
        return header;
    }
}
