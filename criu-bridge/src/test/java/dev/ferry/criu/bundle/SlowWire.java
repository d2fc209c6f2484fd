package dev.ferry.criu.bundle;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A port on loopback through which one connection to another port goes; of what comes back so many bytes pass as are let through. */
final class SlowWire implements AutoCloseable {
    private static final int CHUNK = 1024;

    private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final Semaphore allowed = new Semaphore(0);

    SlowWire(int target) throws IOException {
        Thread.ofPlatform().daemon().name("slow-wire").start(() -> serve(target));
    }

    int port() {
        return listening.getLocalPort();
    }

    void letThrough(int bytes) {
        allowed.release(bytes);
    }

    private void serve(int target) {
        @Nullable Thread back = null;
        try (Socket near = listening.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target)) {
            back = Thread.ofPlatform().daemon().name("slow-wire-back").start(() -> {
                try {
                    byte[] one = new byte[CHUNK];
                    for (int n = far.getInputStream().read(one);
                            n >= 0;
                            n = far.getInputStream().read(one)) {
                        allowed.acquire(n);
                        near.getOutputStream().write(one, 0, n);
                    }
                } catch (IOException | InterruptedException over) {
                    // nothing more is let through
                }
            });
            near.getInputStream().transferTo(far.getOutputStream());
            far.shutdownOutput();
        } catch (IOException over) {
            // closed, or one of the two has gone: the other hears of it when both sockets are closed here
        } finally {
            Thread waiting = back;
            if (waiting != null) {
                waiting.interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
