package dev.ferry.runtime.command;

import dev.ferry.runtime.command.Arguments.Usage;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.ProcessCapabilities;
import dev.ferry.runtime.oci.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The process that {@code exec} adds: the container's own, changed as its flags say. */
final class ExecProcess {
    private ExecProcess() {}

    static Process of(Process base, List<String> arguments, Arguments flags) throws Usage {
        List<String> env = new ArrayList<>(base.env());
        env.addAll(flags.all("env", "e"));
        return new Process(
                flags.is("tty", "t"),
                null,
                withGroups(user(base.user(), flags.value("user", "u")), flags.all("additional-gids", "g")),
                arguments,
                env,
                flags.value("cwd").orElse(base.cwd()),
                capabilities(base.capabilities(), flags.all("cap", "c")),
                base.rlimits(),
                flags.is("no-new-privs") || base.noNewPrivileges(),
                flags.value("apparmor").orElse(base.apparmorProfile()),
                base.oomScoreAdj(),
                base.scheduler(),
                flags.value("process-label").orElse(base.selinuxLabel()),
                base.ioPriority(),
                base.execCPUAffinity());
    }

    private static User user(User base, Optional<String> text) throws Usage {
        if (text.isEmpty()) {
            return base;
        }
        String[] parts = text.get().split(":", 2);
        try {
            long uid = Long.parseLong(parts[0]);
            long gid = parts.length > 1 ? Long.parseLong(parts[1]) : base.gid();
            return new User(uid, gid, base.umask(), base.additionalGids(), base.username());
        } catch (NumberFormatException e) {
            throw new Usage("--user is \"" + text.get() + "\", and must be UID or UID:GID in numbers");
        }
    }

    private static User withGroups(User user, List<String> more) throws Usage {
        List<Long> groups = new ArrayList<>(user.additionalGids());
        for (String group : more) {
            try {
                groups.add(Long.parseLong(group));
            } catch (NumberFormatException e) {
                throw new Usage("--additional-gids is \"" + group + "\", and must be a number");
            }
        }
        return new User(user.uid(), user.gid(), user.umask(), groups, user.username());
    }

    private static @Nullable ProcessCapabilities capabilities(@Nullable ProcessCapabilities base, List<String> more) {
        if (base == null || more.isEmpty()) {
            return base;
        }
        return new ProcessCapabilities(
                with(base.bounding(), more),
                with(base.effective(), more),
                base.inheritable(),
                with(base.permitted(), more),
                base.ambient());
    }

    private static List<String> with(List<String> base, List<String> more) {
        return Stream.concat(base.stream(), more.stream()).distinct().toList();
    }
}
