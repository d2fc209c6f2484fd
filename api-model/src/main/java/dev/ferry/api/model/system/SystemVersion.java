package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * {@code GET /version}.
 */
public record SystemVersion(
        @JsonProperty("Platform") VersionPlatform platform,
        @JsonProperty("Components") List<VersionComponent> components,
        @JsonProperty("Version") String version,
        @JsonProperty("ApiVersion") String apiVersion,
        @JsonProperty("MinAPIVersion") String minApiVersion,
        @JsonProperty("GitCommit") String gitCommit,
        @JsonProperty("GoVersion") String goVersion,
        @JsonProperty("Os") String os,
        @JsonProperty("Arch") String arch,

        @JsonProperty("KernelVersion") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String kernelVersion,

        @JsonProperty("Experimental") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean experimental,

        @JsonProperty("BuildTime") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String buildTime) {

    public SystemVersion {
        platform = Absence.or(platform, VersionPlatform::empty);
        components = Absence.list(components);
        version = Absence.text(version);
        apiVersion = Absence.text(apiVersion);
        minApiVersion = Absence.text(minApiVersion);
        gitCommit = Absence.text(gitCommit);
        goVersion = Absence.text(goVersion);
        os = Absence.text(os);
        arch = Absence.text(arch);
        kernelVersion = Absence.text(kernelVersion);
        buildTime = Absence.text(buildTime);
    }

    /** All fields absent. */
    public static SystemVersion empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .platform(platform)
                .components(components)
                .version(version)
                .apiVersion(apiVersion)
                .minApiVersion(minApiVersion)
                .gitCommit(gitCommit)
                .goVersion(goVersion)
                .os(os)
                .arch(arch)
                .kernelVersion(kernelVersion)
                .experimental(experimental)
                .buildTime(buildTime);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private VersionPlatform platform = VersionPlatform.empty();
        private List<VersionComponent> components = List.of();
        private String version = "";
        private String apiVersion = "";
        private String minApiVersion = "";
        private String gitCommit = "";
        private String goVersion = "";
        private String os = "";
        private String arch = "";
        private String kernelVersion = "";
        private boolean experimental;
        private String buildTime = "";

        private Builder() {}

        public Builder platform(VersionPlatform value) {
            this.platform = value;
            return this;
        }

        public Builder components(List<VersionComponent> value) {
            this.components = value;
            return this;
        }

        public Builder version(String value) {
            this.version = value;
            return this;
        }

        public Builder apiVersion(String value) {
            this.apiVersion = value;
            return this;
        }

        public Builder minApiVersion(String value) {
            this.minApiVersion = value;
            return this;
        }

        public Builder gitCommit(String value) {
            this.gitCommit = value;
            return this;
        }

        public Builder goVersion(String value) {
            this.goVersion = value;
            return this;
        }

        public Builder os(String value) {
            this.os = value;
            return this;
        }

        public Builder arch(String value) {
            this.arch = value;
            return this;
        }

        public Builder kernelVersion(String value) {
            this.kernelVersion = value;
            return this;
        }

        public Builder experimental(boolean value) {
            this.experimental = value;
            return this;
        }

        public Builder buildTime(String value) {
            this.buildTime = value;
            return this;
        }

        public SystemVersion build() {
            return new SystemVersion(
                    platform,
                    components,
                    version,
                    apiVersion,
                    minApiVersion,
                    gitCommit,
                    goVersion,
                    os,
                    arch,
                    kernelVersion,
                    experimental,
                    buildTime);
        }
    }
}
