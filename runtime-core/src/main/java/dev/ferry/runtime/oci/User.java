package dev.ferry.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom the program runs as. config.md, "POSIX-platform User".
 *
 * @param uid 0 to 4294967295
 * @param gid 0 to 4294967295
 * @param umask null leaves what is inherited
 */
public record User(
        long uid,
        long gid,
        @Nullable Integer umask,
        List<Long> additionalGids,
        @Nullable String username) {

    /** User and group 0, no further groups. */
    public static final User ROOT = new User(0, 0, null, List.of(), null);

    public User {
        Required.uint32("process.user.uid", uid);
        Required.uint32("process.user.gid", gid);
        additionalGids = Required.list(additionalGids);
        additionalGids.forEach(id -> Required.uint32("process.user.additionalGids[]", id));
    }
}
