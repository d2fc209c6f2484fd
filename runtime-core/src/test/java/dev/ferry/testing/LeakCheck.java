package dev.ferry.testing;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Looks before and after each test of a {@link LeakChecked} class. */
final class LeakCheck implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(LeakCheck.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long PAUSE_NANOS = 20_000_000;

    static {
        openWhatTheJdkKeeps();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        context.getStore(STORE).put(KernelThings.class, KernelThings.now(temporaryFolders(context)));
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        KernelThings before = context.getStore(STORE).get(KernelThings.class, KernelThings.class);
        if (before == null) {
            throw new IllegalStateException("nothing was looked at before " + context.getDisplayName());
        }
        List<Path> folders = temporaryFolders(context);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Set<String> left = KernelThings.now(folders).since(before);
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(PAUSE_NANOS);
            left = KernelThings.now(folders).since(before);
        }
        if (!left.isEmpty()) {
            throw new AssertionError(context.getDisplayName() + " left behind:\n  " + String.join("\n  ", left));
        }
    }

    private static List<Path> temporaryFolders(ExtensionContext context) throws IllegalAccessException {
        List<Path> folders = new ArrayList<>();
        Object test = context.getRequiredTestInstance();
        for (Field field : AnnotationSupport.findAnnotatedFields(
                test.getClass(), TempDir.class, field -> true, HierarchyTraversalMode.TOP_DOWN)) {
            if (ReflectionSupport.tryToReadFieldValue(field, test).toOptional().orElse(null) instanceof Path folder) {
                folders.add(folder);
            }
        }
        return folders;
    }

    /** The JDK opens some descriptors at the first use of channels and child processes and keeps them for good. */
    private static void openWhatTheJdkKeeps() {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open()) {
            selector.selectNow();
            Pipe pipe = Pipe.open();
            try (Pipe.SinkChannel sink = pipe.sink();
                    Pipe.SourceChannel source = pipe.source()) {
                sink.write(ByteBuffer.allocate(1));
                source.read(ByteBuffer.allocate(1));
            }
            server.configureBlocking(false);
            new ProcessBuilder("true").start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException("can not prepare the leak check", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
