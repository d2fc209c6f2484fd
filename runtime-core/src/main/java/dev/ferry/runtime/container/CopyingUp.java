package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.runtime.mount.TreeCopy;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Copies for a container's init what its tmpfs take from their places, see {@link TmpfsText}. Init waits for each; if this process dies, it
 * hears so and ends.
 */
final class CopyingUp implements AutoCloseable {
    private final List<Mount> mounts;
    private final UnixSocket.@Nullable Pair sockets;

    private CopyingUp(List<Mount> mounts, UnixSocket.@Nullable Pair sockets) {
        this.mounts = mounts;
        this.sockets = sockets;
    }

    static CopyingUp of(Spec spec) throws IOException {
        List<Mount> mounts = TmpfsText.copiedUp(spec);
        return new CopyingUp(mounts, mounts.isEmpty() ? null : UnixSocket.pair(UnixSocket.Kind.SEQPACKET));
    }

    /** Init's; borrowed, and gone when it is run. */
    Optional<Fd> socket() {
        return sockets == null ? Optional.empty() : Optional.of(sockets.second().fd());
    }

    /** Copies until all is copied, or init has ended, which says by itself why. */
    void run(Duration patience) throws IOException {
        if (sockets == null) {
            return;
        }
        // with it open here, nobody would hear of init's end
        sockets.second().close();
        for (Mount mount : mounts) {
            if (!Poll.readable(sockets.first().fd(), patience)) {
                throw new IOException("the container did not mount \"%s\" within %d s"
                        .formatted(mount.destination(), patience.toSeconds()));
            }
            UnixSocket.Received received = sockets.first().receive(1);
            if (received.bytes().length == 0) {
                return;
            }
            copy(mount, received.fds());
            sockets.first().send(new byte[] {1});
        }
    }

    private static void copy(Mount mount, List<Fd> directories) throws IOException {
        try (Fd place = directories.getFirst();
                Fd tmpfs = directories.getLast()) {
            TreeCopy.copyContents(place, tmpfs);
        } catch (IOException e) {
            throw new IOException(
                    "cannot copy what the image has at \"%s\" into the tmpfs there: %s; give it a larger size, or leave tmpcopyup out"
                            .formatted(mount.destination(), e.getMessage()),
                    e);
        }
    }

    @Override
    public void close() {
        if (sockets != null) {
            sockets.close();
        }
    }
}
