package dev.ferry.engine.files;

import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.runtime.mount.RootView;
import dev.ferry.store.files.ContainedTree;
import dev.ferry.store.files.PathFacts;
import java.io.IOException;
import java.io.OutputStream;

/** A container's files, to be read as long as this is open. */
public final class FileView implements AutoCloseable {
    private final ContainerRecord record;
    private final String reference;
    private final RootView view;
    private final ContainedTree tree;

    FileView(ContainerRecord record, String reference, RootView view) {
        this.record = record;
        this.reference = reference;
        this.view = view;
        this.tree = new ContainedTree(view.root());
    }

    /** What is at a path. */
    public PathFacts facts(String path) {
        try {
            return tree.facts(path);
        } catch (IOException e) {
            throw FileFailures.of(e, path, reference, record);
        }
    }

    /** Writes what is at a path as a tar; after a failure it has no end. */
    public void pack(String path, OutputStream out) throws IOException {
        tree.pack(path, out);
    }

    /** Writes everything as a tar; after a failure it has no end. */
    public void packAll(OutputStream out) throws IOException {
        tree.packAll(out);
    }

    @Override
    public void close() {
        view.close();
    }
}
