package dev.ferry.runtime.oci;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a runtime says about a container: the document that hooks and the {@code state} verb get. runtime.md, "State".
 *
 * @param status creating, created, running or stopped
 * @param pid of the container's process in the runtime's namespace; null once it has stopped
 * @param bundle absolute path
 */
public record State(
        String ociVersion,
        String id,
        String status,
        @Nullable Integer pid,
        String bundle,
        Map<String, String> annotations) {

    public State {
        Required.text("ociVersion", ociVersion);
        Required.text("id", id);
        Required.text("status", status);
        Required.text("bundle", bundle);
        annotations = Required.map(annotations);
    }
}
