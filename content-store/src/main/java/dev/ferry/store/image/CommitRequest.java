package dev.ferry.store.image;

import java.util.List;

/**
 * An image to be made of a container.
 *
 * @param execution how the image is run, before the changes
 * @param changes instructions as of a Dockerfile
 * @param author empty for none
 * @param comment empty for none
 * @param createdBy what ran in the container
 */
public record CommitRequest(
        ExecutionDefaults execution, List<String> changes, String author, String comment, String createdBy) {
    public CommitRequest {
        changes = List.copyOf(changes);
    }
}
