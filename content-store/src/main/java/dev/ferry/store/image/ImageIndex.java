package dev.ferry.store.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.store.content.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which images there are and what they are called: the whole content of {@code images.json}. Immutable; every change is another
 * index.
 *
 * @param images image id to when it was last named
 * @param names complete reference to image id
 */
record ImageIndex(
        @JsonProperty("images") Map<String, Entry> images,
        @JsonProperty("names") Map<String, String> names) {
    static final int VERSION = 1;
    static final ImageIndex EMPTY = new ImageIndex(Map.of(), Map.of());

    /**
     * What is known of an image beside its configuration.
     *
     * @param tagged when a name was last given, ISO 8601
     */
    record Entry(@JsonProperty("tagged") String tagged) {}

    ImageIndex {
        images = Map.copyOf(images);
        names = Map.copyOf(names);
        images.keySet().forEach(Digest::parse);
        for (Map.Entry<String, String> name : names.entrySet()) {
            Reference.parse(name.getKey());
            if (!images.containsKey(name.getValue())) {
                throw new IllegalArgumentException(
                        "\"" + name.getKey() + "\" names \"" + name.getValue() + "\", which is not among the images");
            }
        }
    }

    Optional<Digest> named(Reference reference) {
        return Optional.ofNullable(names.get(reference.toString())).map(Digest::parse);
    }

    boolean contains(Digest id) {
        return images.containsKey(id.toString());
    }

    List<Digest> ids() {
        return images.keySet().stream().map(Digest::parse).sorted().toList();
    }

    List<Reference> namesOf(Digest id) {
        List<Reference> found = new ArrayList<>();
        names.forEach((name, image) -> {
            if (image.equals(id.toString())) {
                found.add(Reference.parse(name));
            }
        });
        found.sort(null);
        return found;
    }

    String tagged(Digest id) {
        Entry entry = images.get(id.toString());
        if (entry == null) {
            throw new IllegalArgumentException("\"" + id + "\" is not among the images");
        }
        return entry.tagged();
    }

    ImageIndex withImage(Digest id, List<Reference> called, String now) {
        Map<String, Entry> newImages = new TreeMap<>(images);
        if (!called.isEmpty() || !newImages.containsKey(id.toString())) {
            newImages.put(id.toString(), new Entry(now));
        }
        Map<String, String> newNames = new HashMap<>(names);
        called.forEach(name -> newNames.put(name.toString(), id.toString()));
        return new ImageIndex(newImages, newNames);
    }

    ImageIndex withoutName(Reference name) {
        Map<String, String> newNames = new HashMap<>(names);
        newNames.remove(name.toString());
        return new ImageIndex(images, newNames);
    }

    ImageIndex withoutImage(Digest id) {
        Map<String, Entry> newImages = new HashMap<>(images);
        newImages.remove(id.toString());
        Map<String, String> newNames = new HashMap<>(names);
        newNames.values().removeIf(id.toString()::equals);
        return new ImageIndex(newImages, newNames);
    }
}
