package dev.ferry.migration.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.ferry.criu.archive.HostFacts;
import java.util.List;

/**
 * What one engine asks of the other. The source asks everything but {@link Ask}, which both sides ask after a crash.
 *
 * <pre>
 *   source                                             target
 *   Offer ────────────────────────────────────────────▶ Reserved (which blobs it has), or Refused
 *   chunks of blobs and of the log ───────────────────▶
 *   Prepare ──────────────────────────────────────────▶ Prepared: image unpacked, ground made
 *   chunks of the dump, while it is written ──────────▶
 *   Complete (manifest, sums) ────────────────────────▶ Ready: restored, nothing runs
 *   Commit(epoch) ────────────────────────────────────▶ Running
 *   at any time before: Abandon ──────────────────────▶ Discarded
 *   after a cut: Resume ──────────────────────────────▶ Holding (state, bytes of each stream)
 * </pre>
 *
 * Each may be asked again, over another connection too; it is carried out once and answered the same.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "ask")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Request.Offer.class, name = "offer"),
    @JsonSubTypes.Type(value = Request.Prepare.class, name = "prepare"),
    @JsonSubTypes.Type(value = Request.Complete.class, name = "complete"),
    @JsonSubTypes.Type(value = Request.Commit.class, name = "commit"),
    @JsonSubTypes.Type(value = Request.Abandon.class, name = "abandon"),
    @JsonSubTypes.Type(value = Request.Resume.class, name = "resume"),
    @JsonSubTypes.Type(value = Request.Ask.class, name = "ask"),
    @JsonSubTypes.Type(value = Request.Join.class, name = "join"),
})
public sealed interface Request {

    /** What a container needs on the other side, in bytes. */
    record Needs(long memory, long writable, long log) {}

    /** A blob of the image, by the digest of its bytes: {@code sha256:…}. The first of an offer is the image's configuration. */
    record Blob(String digest, long size) {}

    /**
     * Will you take this container? Nothing has happened yet.
     *
     * @param migration 32 hexadecimal digits that the source has chosen at random
     * @param dryRun only the verdict is wanted; nothing is reserved or written down
     * @param container its id
     * @param name its name, without a slash
     * @param epoch under which the target will own it
     * @param host what the source's host is like
     * @param record the source engine's record of the container, JSON of its own
     * @param image the blobs that the image is made of
     * @param imageNames by which the image is known at the source
     * @param volumes bind-mounted paths of the host that the user says are the same on the target
     */
    record Offer(
            String migration,
            boolean dryRun,
            String container,
            String name,
            long epoch,
            HostFacts host,
            String record,
            List<Blob> image,
            List<String> imageNames,
            Needs needs,
            List<String> volumes)
            implements Request {
        public Offer {
            image = List.copyOf(image);
            imageNames = List.copyOf(imageNames);
            volumes = List.copyOf(volumes);
        }
    }

    /** Every blob has been sent: make everything that can be made before the container stands still. */
    record Prepare(String migration) implements Request {}

    /**
     * Every byte has been sent.
     *
     * @param manifest the bytes of the checkpoint's manifest as text
     * @param logSize bytes of the log up to the frozen instant
     * @param logSum CRC-32C of those, eight hexadecimal digits
     */
    record Complete(String migration, String manifest, long logSize, String logSum) implements Request {}

    /** The container has been handed over under that epoch: run it. */
    record Commit(String migration, long epoch) implements Request {}

    /** The container stays at the source. */
    record Abandon(String migration, String reason) implements Request {}

    /** What have you got of it? */
    record Resume(String migration) implements Request {}

    /** What is the last record of your side? {@code ofSource}: the one who is asked is the migration's source. */
    record Ask(String migration, boolean ofSource) implements Request {}

    /**
     * A stranger who has an invitation wants to be a peer.
     *
     * @param name how it calls itself
     * @param address where it listens, empty if nowhere
     * @param proof that it knows the invitation's secret, bound to both certificates
     */
    record Join(String name, String address, String proof) implements Request {}
}
