package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything known about one image: {@code GET /images/{name}/json}.
 *
 * @param size bytes
 * @param virtualSize bytes; until 1.43
 */
public record ImageInspect(
        @JsonProperty("Id") String id,
        @JsonProperty("RepoTags") List<String> repoTags,
        @JsonProperty("RepoDigests") List<String> repoDigests,
        @JsonProperty("Parent") String parent,
        @JsonProperty("Comment") String comment,

        @JsonProperty("Created")
        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Absence.NeverFilter.class)
        Instant created,

        @JsonProperty("DockerVersion") String dockerVersion,
        @JsonProperty("Author") String author,
        @JsonProperty("Config") ImageConfig config,
        @JsonProperty("Architecture") String architecture,

        @JsonProperty("Variant") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String variant,

        @JsonProperty("Os") String os,

        @JsonProperty("OsVersion") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String osVersion,

        @JsonProperty("Size") long size,

        @JsonProperty("VirtualSize") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long virtualSize,

        @JsonProperty("GraphDriver") GraphDriver graphDriver,
        @JsonProperty("RootFS") RootFs rootFs,
        @JsonProperty("Metadata") ImageMetadata metadata,

        @JsonProperty("Descriptor") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        OciDescriptor descriptor) {

    public ImageInspect {
        id = Absence.text(id);
        repoTags = Absence.list(repoTags);
        repoDigests = Absence.list(repoDigests);
        parent = Absence.text(parent);
        comment = Absence.text(comment);
        created = Absence.time(created);
        dockerVersion = Absence.text(dockerVersion);
        author = Absence.text(author);
        config = Absence.or(config, ImageConfig::empty);
        architecture = Absence.text(architecture);
        variant = Absence.text(variant);
        os = Absence.text(os);
        osVersion = Absence.text(osVersion);
        graphDriver = Absence.or(graphDriver, GraphDriver::empty);
        rootFs = Absence.or(rootFs, RootFs::empty);
        metadata = Absence.or(metadata, ImageMetadata::empty);
    }

    /** All fields absent. */
    public static ImageInspect empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .id(id)
                .repoTags(repoTags)
                .repoDigests(repoDigests)
                .parent(parent)
                .comment(comment)
                .created(created)
                .dockerVersion(dockerVersion)
                .author(author)
                .config(config)
                .architecture(architecture)
                .variant(variant)
                .os(os)
                .osVersion(osVersion)
                .size(size)
                .virtualSize(virtualSize)
                .graphDriver(graphDriver)
                .rootFs(rootFs)
                .metadata(metadata)
                .descriptor(descriptor);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String id = "";
        private List<String> repoTags = List.of();
        private List<String> repoDigests = List.of();
        private String parent = "";
        private String comment = "";
        private Instant created = Absence.NEVER;
        private String dockerVersion = "";
        private String author = "";
        private ImageConfig config = ImageConfig.empty();
        private String architecture = "";
        private String variant = "";
        private String os = "";
        private String osVersion = "";
        private long size;
        private long virtualSize;
        private GraphDriver graphDriver = GraphDriver.empty();
        private RootFs rootFs = RootFs.empty();
        private ImageMetadata metadata = ImageMetadata.empty();
        private @Nullable OciDescriptor descriptor;

        private Builder() {}

        public Builder id(String value) {
            this.id = value;
            return this;
        }

        public Builder repoTags(List<String> value) {
            this.repoTags = value;
            return this;
        }

        public Builder repoDigests(List<String> value) {
            this.repoDigests = value;
            return this;
        }

        public Builder parent(String value) {
            this.parent = value;
            return this;
        }

        public Builder comment(String value) {
            this.comment = value;
            return this;
        }

        public Builder created(Instant value) {
            this.created = value;
            return this;
        }

        public Builder dockerVersion(String value) {
            this.dockerVersion = value;
            return this;
        }

        public Builder author(String value) {
            this.author = value;
            return this;
        }

        public Builder config(ImageConfig value) {
            this.config = value;
            return this;
        }

        public Builder architecture(String value) {
            this.architecture = value;
            return this;
        }

        public Builder variant(String value) {
            this.variant = value;
            return this;
        }

        public Builder os(String value) {
            this.os = value;
            return this;
        }

        public Builder osVersion(String value) {
            this.osVersion = value;
            return this;
        }

        public Builder size(long value) {
            this.size = value;
            return this;
        }

        public Builder virtualSize(long value) {
            this.virtualSize = value;
            return this;
        }

        public Builder graphDriver(GraphDriver value) {
            this.graphDriver = value;
            return this;
        }

        public Builder rootFs(RootFs value) {
            this.rootFs = value;
            return this;
        }

        public Builder metadata(ImageMetadata value) {
            this.metadata = value;
            return this;
        }

        public Builder descriptor(@Nullable OciDescriptor value) {
            this.descriptor = value;
            return this;
        }

        public ImageInspect build() {
            return new ImageInspect(
                    id,
                    repoTags,
                    repoDigests,
                    parent,
                    comment,
                    created,
                    dockerVersion,
                    author,
                    config,
                    architecture,
                    variant,
                    os,
                    osVersion,
                    size,
                    virtualSize,
                    graphDriver,
                    rootFs,
                    metadata,
                    descriptor);
        }
    }
}
