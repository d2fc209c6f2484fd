package dev.ferry.api.model.exec;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /containers/{id}/exec}.
 *
 * @param consoleSize rows, columns
 */
public record ExecCreateRequest(
        @JsonProperty("User") String user,
        @JsonProperty("Privileged") boolean privileged,
        @JsonProperty("Tty") boolean tty,
        @JsonProperty("ConsoleSize") @Nullable List<Integer> consoleSize,
        @JsonProperty("AttachStdin") boolean attachStdin,
        @JsonProperty("AttachStderr") boolean attachStderr,
        @JsonProperty("AttachStdout") boolean attachStdout,
        @JsonProperty("DetachKeys") String detachKeys,
        @JsonProperty("Env") @Nullable List<String> env,
        @JsonProperty("WorkingDir") String workingDir,
        @JsonProperty("Cmd") List<String> cmd) {

    public ExecCreateRequest {
        user = Absence.text(user);
        consoleSize = Absence.copy(consoleSize);
        detachKeys = Absence.text(detachKeys);
        env = Absence.copy(env);
        workingDir = Absence.text(workingDir);
        cmd = Absence.list(cmd);
    }

    /** All fields absent. */
    public static ExecCreateRequest empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .user(user)
                .privileged(privileged)
                .tty(tty)
                .consoleSize(consoleSize)
                .attachStdin(attachStdin)
                .attachStderr(attachStderr)
                .attachStdout(attachStdout)
                .detachKeys(detachKeys)
                .env(env)
                .workingDir(workingDir)
                .cmd(cmd);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String user = "";
        private boolean privileged;
        private boolean tty;
        private @Nullable List<Integer> consoleSize;
        private boolean attachStdin;
        private boolean attachStderr;
        private boolean attachStdout;
        private String detachKeys = "";
        private @Nullable List<String> env;
        private String workingDir = "";
        private List<String> cmd = List.of();

        private Builder() {}

        public Builder user(String value) {
            this.user = value;
            return this;
        }

        public Builder privileged(boolean value) {
            this.privileged = value;
            return this;
        }

        public Builder tty(boolean value) {
            this.tty = value;
            return this;
        }

        public Builder consoleSize(@Nullable List<Integer> value) {
            this.consoleSize = value;
            return this;
        }

        public Builder attachStdin(boolean value) {
            this.attachStdin = value;
            return this;
        }

        public Builder attachStderr(boolean value) {
            this.attachStderr = value;
            return this;
        }

        public Builder attachStdout(boolean value) {
            this.attachStdout = value;
            return this;
        }

        public Builder detachKeys(String value) {
            this.detachKeys = value;
            return this;
        }

        public Builder env(@Nullable List<String> value) {
            this.env = value;
            return this;
        }

        public Builder workingDir(String value) {
            this.workingDir = value;
            return this;
        }

        public Builder cmd(List<String> value) {
            this.cmd = value;
            return this;
        }

        public ExecCreateRequest build() {
            return new ExecCreateRequest(
                    user,
                    privileged,
                    tty,
                    consoleSize,
                    attachStdin,
                    attachStderr,
                    attachStdout,
                    detachKeys,
                    env,
                    workingDir,
                    cmd);
        }
    }
}
