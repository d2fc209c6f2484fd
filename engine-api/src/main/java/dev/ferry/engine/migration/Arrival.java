package dev.ferry.engine.migration;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.RestoreOptions;
import dev.ferry.criu.checkpoint.Verifying;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.Moving;
import dev.ferry.engine.error.EngineException;
import dev.ferry.migration.session.Arriving;
import dev.ferry.migration.transfer.Refusal;
import dev.ferry.store.content.Digest;
import dev.ferry.store.image.ImageException;
import dev.ferry.store.image.Reference;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A container that comes to this engine. */
final class Arrival implements Arriving {
    private final Grounds grounds;
    private final Container container;
    private final Moving mark;

    Arrival(Grounds grounds, Container container, Moving mark) {
        this.grounds = grounds;
        this.container = container;
        this.mark = mark;
    }

    Container container() {
        return container;
    }

    @Override
    public Path log() {
        return container.log();
    }

    @Override
    public Path dump() {
        return grounds.directory(mark.migration()).resolve(Grounds.DUMP);
    }

    @Override
    public void prepare(Digest image, List<String> names) throws IOException {
        List<Reference> references = new ArrayList<>();
        try {
            for (String name : names) {
                references.add(Reference.parse(name));
            }
            grounds.steps().before("adopt the image");
            grounds.images().adopt(image, references);
            grounds.steps().before("make a root for the container");
            grounds.incarnations().root(container.record());
        } catch (ImageException e) {
            throw new Refusal(e.code(), String.valueOf(e.getMessage()));
        } catch (SnapshotException e) {
            throw new Refusal(e.code(), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void restore(CheckpointDirectory directory, boolean checked, Gate gate) throws IOException {
        Grounds.onLane(container, () -> restoreOnLane(directory, checked, gate));
    }

    private void restoreOnLane(CheckpointDirectory directory, boolean checked, Gate gate) throws IOException {
        ContainerRecord next = container.record().withNextIncarnation("migration-" + mark.shortId());
        try (Verifying verifying = checked ? Verifying.already(directory) : Verifying.start(directory)) {
            grounds.restoration().run(container, next, verifying, RestoreOptions.DEFAULT, gate::pass);
        } catch (CriuException e) {
            throw new Refusal(e.code(), "container " + next.name() + " cannot be restored: " + e.getMessage());
        } catch (SnapshotException e) {
            throw new Refusal(e.code(), String.valueOf(e.getMessage()));
        } catch (EngineException e) {
            throw new Refusal(e.code(), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void discard() {
        Grounds.settle(container, () -> {
            grounds.steps().before("discard what has come");
            if (!container.isRemoved()) {
                grounds.life().remove(container);
            }
            grounds.forget(mark.migration());
        });
    }

    @Override
    public void stay() {
        Grounds.settle(container, () -> {
            grounds.steps().before("keep what has come");
            container.settle(container.record().withMoving(null));
            grounds.events().tell(container.record(), "migrate", Map.of("from", mark.peer()));
            grounds.forget(mark.migration());
        });
    }
}
