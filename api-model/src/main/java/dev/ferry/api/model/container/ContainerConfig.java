package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.model.Absence;
import dev.ferry.api.model.Words;
import dev.ferry.api.model.image.HealthConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is started in a container, independent of the host it runs on.
 *
 * @param user {@code name}, {@code uid}, either with {@code :group}
 * @param exposedPorts keys like {@code 80/tcp}, values empty objects
 * @param stdinOnce close the standard input when the first attached client leaves
 * @param env {@code NAME=value}; in a request a bare {@code NAME} takes it away
 * @param cmd null: the image's
 * @param entrypoint null: the image's; {@code [""]}: none
 * @param macAddress only clients older than 1.44 send it here
 * @param stopTimeout seconds
 */
public record ContainerConfig(
        @JsonProperty("Hostname") String hostname,
        @JsonProperty("Domainname") String domainname,
        @JsonProperty("User") String user,
        @JsonProperty("AttachStdin") boolean attachStdin,
        @JsonProperty("AttachStdout") boolean attachStdout,
        @JsonProperty("AttachStderr") boolean attachStderr,

        @JsonProperty("ExposedPorts") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, JsonNode> exposedPorts,

        @JsonProperty("Tty") boolean tty,
        @JsonProperty("OpenStdin") boolean openStdin,
        @JsonProperty("StdinOnce") boolean stdinOnce,
        @JsonProperty("Env") List<String> env,
        @JsonProperty("Cmd") @Nullable Words cmd,
        @JsonProperty("Healthcheck") @Nullable HealthConfig healthcheck,

        @JsonProperty("ArgsEscaped") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean argsEscaped,

        @JsonProperty("Image") String image,
        @JsonProperty("Volumes") @Nullable Map<String, JsonNode> volumes,
        @JsonProperty("WorkingDir") String workingDir,
        @JsonProperty("Entrypoint") @Nullable Words entrypoint,

        @JsonProperty("NetworkDisabled") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean networkDisabled,

        @JsonProperty("MacAddress") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String macAddress,

        @JsonProperty("OnBuild") @Nullable List<String> onBuild,
        @JsonProperty("Labels") Map<String, String> labels,

        @JsonProperty("StopSignal") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String stopSignal,

        @JsonProperty("StopTimeout") @Nullable Integer stopTimeout,
        @JsonProperty("Shell") @Nullable Words shell) {

    public ContainerConfig {
        hostname = Absence.text(hostname);
        domainname = Absence.text(domainname);
        user = Absence.text(user);
        exposedPorts = Absence.map(exposedPorts);
        env = Absence.list(env);
        image = Absence.text(image);
        volumes = Absence.copy(volumes);
        workingDir = Absence.text(workingDir);
        macAddress = Absence.text(macAddress);
        onBuild = Absence.copy(onBuild);
        labels = Absence.map(labels);
        stopSignal = Absence.text(stopSignal);
    }

    /** All fields absent. */
    public static ContainerConfig empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .hostname(hostname)
                .domainname(domainname)
                .user(user)
                .attachStdin(attachStdin)
                .attachStdout(attachStdout)
                .attachStderr(attachStderr)
                .exposedPorts(exposedPorts)
                .tty(tty)
                .openStdin(openStdin)
                .stdinOnce(stdinOnce)
                .env(env)
                .cmd(cmd)
                .healthcheck(healthcheck)
                .argsEscaped(argsEscaped)
                .image(image)
                .volumes(volumes)
                .workingDir(workingDir)
                .entrypoint(entrypoint)
                .networkDisabled(networkDisabled)
                .macAddress(macAddress)
                .onBuild(onBuild)
                .labels(labels)
                .stopSignal(stopSignal)
                .stopTimeout(stopTimeout)
                .shell(shell);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String hostname = "";
        private String domainname = "";
        private String user = "";
        private boolean attachStdin;
        private boolean attachStdout;
        private boolean attachStderr;
        private Map<String, JsonNode> exposedPorts = Map.of();
        private boolean tty;
        private boolean openStdin;
        private boolean stdinOnce;
        private List<String> env = List.of();
        private @Nullable Words cmd;
        private @Nullable HealthConfig healthcheck;
        private boolean argsEscaped;
        private String image = "";
        private @Nullable Map<String, JsonNode> volumes;
        private String workingDir = "";
        private @Nullable Words entrypoint;
        private boolean networkDisabled;
        private String macAddress = "";
        private @Nullable List<String> onBuild;
        private Map<String, String> labels = Map.of();
        private String stopSignal = "";
        private @Nullable Integer stopTimeout;
        private @Nullable Words shell;

        private Builder() {}

        public Builder hostname(String value) {
            this.hostname = value;
            return this;
        }

        public Builder domainname(String value) {
            this.domainname = value;
            return this;
        }

        public Builder user(String value) {
            this.user = value;
            return this;
        }

        public Builder attachStdin(boolean value) {
            this.attachStdin = value;
            return this;
        }

        public Builder attachStdout(boolean value) {
            this.attachStdout = value;
            return this;
        }

        public Builder attachStderr(boolean value) {
            this.attachStderr = value;
            return this;
        }

        public Builder exposedPorts(Map<String, JsonNode> value) {
            this.exposedPorts = value;
            return this;
        }

        public Builder tty(boolean value) {
            this.tty = value;
            return this;
        }

        public Builder openStdin(boolean value) {
            this.openStdin = value;
            return this;
        }

        public Builder stdinOnce(boolean value) {
            this.stdinOnce = value;
            return this;
        }

        public Builder env(List<String> value) {
            this.env = value;
            return this;
        }

        public Builder cmd(@Nullable Words value) {
            this.cmd = value;
            return this;
        }

        public Builder healthcheck(@Nullable HealthConfig value) {
            this.healthcheck = value;
            return this;
        }

        public Builder argsEscaped(boolean value) {
            this.argsEscaped = value;
            return this;
        }

        public Builder image(String value) {
            this.image = value;
            return this;
        }

        public Builder volumes(@Nullable Map<String, JsonNode> value) {
            this.volumes = value;
            return this;
        }

        public Builder workingDir(String value) {
            this.workingDir = value;
            return this;
        }

        public Builder entrypoint(@Nullable Words value) {
            this.entrypoint = value;
            return this;
        }

        public Builder networkDisabled(boolean value) {
            this.networkDisabled = value;
            return this;
        }

        public Builder macAddress(String value) {
            this.macAddress = value;
            return this;
        }

        public Builder onBuild(@Nullable List<String> value) {
            this.onBuild = value;
            return this;
        }

        public Builder labels(Map<String, String> value) {
            this.labels = value;
            return this;
        }

        public Builder stopSignal(String value) {
            this.stopSignal = value;
            return this;
        }

        public Builder stopTimeout(@Nullable Integer value) {
            this.stopTimeout = value;
            return this;
        }

        public Builder shell(@Nullable Words value) {
            this.shell = value;
            return this;
        }

        public ContainerConfig build() {
            return new ContainerConfig(
                    hostname,
                    domainname,
                    user,
                    attachStdin,
                    attachStdout,
                    attachStderr,
                    exposedPorts,
                    tty,
                    openStdin,
                    stdinOnce,
                    env,
                    cmd,
                    healthcheck,
                    argsEscaped,
                    image,
                    volumes,
                    workingDir,
                    entrypoint,
                    networkDisabled,
                    macAddress,
                    onBuild,
                    labels,
                    stopSignal,
                    stopTimeout,
                    shell);
        }
    }
}
