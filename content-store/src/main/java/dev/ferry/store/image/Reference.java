package dev.ferry.store.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.ferry.store.content.Digest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an image, complete: {@code domain/path[:tag][@digest]}. What people type is shorter; {@link #parse} fills in what
 * docker fills in, {@link #familiar} takes it away again. A reference from {@code parse} has no tag unless one was typed: ask
 * for {@link #withDefaultTag} where docker assumes {@code latest}.
 *
 * @param domain the registry's host and perhaps port
 * @param path the repository within the registry
 */
public record Reference(String domain, String path, Optional<String> tag, Optional<Digest> digest)
        implements Comparable<Reference> {

    /** The domain of a name that has none. Docker clients print and store names in this form. */
    public static final String DEFAULT_DOMAIN = "docker.io";

    /** The tag of a name that has neither tag nor digest. */
    public static final String DEFAULT_TAG = "latest";

    private static final String LEGACY_DEFAULT_DOMAIN = "index.docker.io";
    private static final String OFFICIAL_PREFIX = "library/";
    private static final int PATH_LENGTH = 255;

    // The grammar of distribution/reference: a separator never begins, ends or doubles, except "__" and rows of dashes.
    private static final String DOMAIN_COMPONENT = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final Pattern DOMAIN = Pattern.compile(
            "(?:" + DOMAIN_COMPONENT + "(?:\\." + DOMAIN_COMPONENT + ")*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?");
    private static final String PATH_COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern PATH = Pattern.compile(PATH_COMPONENT + "(?:/" + PATH_COMPONENT + ")*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");
    private static final Pattern NAME_TAG_DIGEST = Pattern.compile("([^@]+?)(?::([^:/@]*))?(?:@(.*))?");

    public Reference {
        if (!DOMAIN.matcher(domain).matches()
                || !PATH.matcher(path).matches()
                || (tag.isPresent() && !TAG.matcher(tag.get()).matches())) {
            throw new InvalidReference("invalid reference format");
        }
        if (path.length() > PATH_LENGTH) {
            throw new InvalidReference("repository name must not be more than " + PATH_LENGTH + " characters");
        }
    }

    /**
     * Reads a name as docker reads it: {@code busybox} is {@code docker.io/library/busybox}.
     *
     * @throws InvalidReference when the text cannot be the name of an image
     */
    public static Reference parse(String text) {
        if (IDENTIFIER.matcher(text).matches()) {
            throw new InvalidReference(
                    "invalid repository name (" + text + "), cannot specify 64-byte hexadecimal strings");
        }
        Matcher parts = NAME_TAG_DIGEST.matcher(text);
        if (!parts.matches()) {
            throw new InvalidReference("invalid reference format");
        }
        String name = parts.group(1);
        int slash = name.indexOf('/');
        String domain = DEFAULT_DOMAIN;
        String path = name;
        if (slash >= 0 && isDomain(name.substring(0, slash))) {
            domain = name.substring(0, slash);
            path = name.substring(slash + 1);
        }
        if (domain.equals(LEGACY_DEFAULT_DOMAIN)) {
            domain = DEFAULT_DOMAIN;
        }
        if (domain.equals(DEFAULT_DOMAIN) && path.indexOf('/') < 0) {
            path = OFFICIAL_PREFIX + path;
        }
        if (!path.toLowerCase(Locale.ROOT).equals(path)) {
            throw new InvalidReference("invalid reference format: repository name (" + path + ") must be lowercase");
        }
        return new Reference(
                domain,
                path,
                Optional.ofNullable(parts.group(2)),
                Optional.ofNullable(parts.group(3)).map(Reference::digestOf));
    }

    /** Reads the complete form written by {@link #toString}; also accepts what {@link #parse} accepts. */
    @JsonCreator
    static Reference ofText(String text) {
        return parse(text);
    }

    /** This name, with tag {@code latest} if it has neither tag nor digest. */
    public Reference withDefaultTag() {
        return tag.isPresent() || digest.isPresent() ? this : withTag(DEFAULT_TAG);
    }

    /** This repository with another tag and no digest. */
    public Reference withTag(String tag) {
        return new Reference(domain, path, Optional.of(tag), Optional.empty());
    }

    /** Domain and path, the name without tag and digest. */
    public String repository() {
        return domain + "/" + path;
    }

    /** The repository as people write it: {@code busybox} for {@code docker.io/library/busybox}. */
    public String familiarRepository() {
        if (!domain.equals(DEFAULT_DOMAIN)) {
            return repository();
        }
        if (path.startsWith(OFFICIAL_PREFIX) && path.indexOf('/', OFFICIAL_PREFIX.length()) < 0) {
            return path.substring(OFFICIAL_PREFIX.length());
        }
        return path;
    }

    /** The whole reference as people write it, for example {@code busybox:latest}. */
    public String familiar() {
        return familiarRepository() + suffix();
    }

    @Override
    public int compareTo(Reference other) {
        return toString().compareTo(other.toString());
    }

    @JsonValue
    @Override
    public String toString() {
        return repository() + suffix();
    }

    private String suffix() {
        return tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
    }

    /** Docker's rule: a first part is a host only if it looks like one, else it belongs to the path. */
    private static boolean isDomain(String first) {
        return first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || !first.toLowerCase(Locale.ROOT).equals(first);
    }

    private static Digest digestOf(String text) {
        try {
            return Digest.parse(text);
        } catch (IllegalArgumentException e) {
            InvalidReference invalid = new InvalidReference("invalid reference format");
            invalid.initCause(e);
            throw invalid;
        }
    }
}
