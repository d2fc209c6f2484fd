package dev.ferry.store.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.NoSuchContent;
import dev.ferry.store.content.StateDamaged;
import dev.ferry.store.content.StateTooNew;
import dev.ferry.store.content.StepListener;
import dev.ferry.store.testing.PowerCut;
import dev.ferry.store.testing.Tars;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
    private static final byte[] ROOTFS =
            Tars.tar().directory("bin/").file("bin/sh", "#!").bytes();

    @TempDir
    Path root;

    private ContentStore content;
    private ImageStore images;

    @BeforeEach
    void open() throws IOException {
        content = ContentStore.open(root.resolve("content"));
        images = ImageStore.open(root.resolve("images"), content);
    }

    @Test
    void importedTarIsAnImageOfOneLayer() throws Exception {
        Image image = images.importRootfs(
                stream(Tars.gzip(ROOTFS)),
                Optional.of(Reference.parse("base")),
                List.of("CMD [\"/bin/sh\"]", "ENV A=b"),
                Optional.of("by hand"));
        assertThat(image.diffIds()).containsExactly(Digest.sha256(ROOTFS));
        assertThat(image.size()).isEqualTo(ROOTFS.length);
        assertThat(image.repoTags()).extracting(Reference::familiar).containsExactly("base:latest");
        assertThat(image.config().execution().command()).containsExactly("/bin/sh");
        assertThat(image.config().execution().environment()).containsExactly("A=b");
        assertThat(image.config().comment()).isEqualTo("by hand");
        assertThat(image.config().operatingSystem()).isEqualTo("linux");
        assertThat(image.id()).isEqualTo(Digest.sha256(content.readSmall(image.id(), 1 << 20)));
        assertThat(reopened().find("base")).contains(image);
    }

    @Test
    void adoptedBlobsAreAnImageAndTakeNoNameAway() throws Exception {
        Reference base = Reference.parse("base");
        Image brought = images.importRootfs(stream(ROOTFS), Optional.of(base), List.of(), Optional.of("elsewhere"));
        ContentStore here = ContentStore.open(root.resolve("other/content"));
        ImageStore target = ImageStore.open(root.resolve("other/images"), here);
        Image own = target.importRootfs(stream(ROOTFS), Optional.of(base), List.of(), Optional.of("own"));
        try (var lease = here.lease()) {
            here.put(lease, content.readSmall(brought.id(), 1 << 20));
            Image adopted = target.adopt(brought.id(), List.of(base, Reference.parse("moved:1")));
            assertThat(adopted.id()).isEqualTo(brought.id());
        }
        assertThat(target.find("base"))
                .contains(target.find(own.id().toString()).orElseThrow());
        assertThat(target.find("moved:1").orElseThrow().id()).isEqualTo(brought.id());
        assertThat(target.adopt(brought.id(), List.of()).repoTags()).hasSize(1);
    }

    @Test
    void imageWithoutItsBlobsIsNotAdopted() throws Exception {
        Image image = images.importRootfs(stream(ROOTFS), Optional.empty(), List.of(), Optional.empty());
        ContentStore here = ContentStore.open(root.resolve("other/content"));
        ImageStore target = ImageStore.open(root.resolve("other/images"), here);
        try (var lease = here.lease()) {
            here.put(lease, content.readSmall(image.id(), 1 << 20));
            assertThatExceptionOfType(ImageException.BadImageRequest.class)
                    .isThrownBy(() -> target.adopt(image.id(), List.of()))
                    .withMessageContaining(image.diffIds().getFirst().toString())
                    .withMessageContaining("is not stored");
        }
        assertThat(target.list()).isEmpty();
    }

    @Test
    void whatIsNoConfigurationOfAnImageIsNotAdopted() throws Exception {
        Digest absent = Digest.sha256(ROOTFS);
        assertThatExceptionOfType(NoSuchContent.class)
                .isThrownBy(() -> images.adopt(absent, List.of(Reference.parse("absent"))))
                .withMessageContaining(absent.hex());
        try (var lease = content.lease()) {
            Digest noise = content.put(lease, ROOTFS);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> images.adopt(noise, List.of(Reference.parse("noise"))))
                    .withMessageContaining(noise.toString())
                    .withMessageContaining("is damaged");
        }
        assertThat(images.list()).isEmpty();
        assertThat(images.find("noise")).isEmpty();
    }

    @Test
    void badImportsAreRefusedAndLeaveNothing() throws Exception {
        byte[] noise = new byte[2048];
        java.util.Arrays.fill(noise, (byte) 'x');
        byte[] gzipped = Tars.gzip(ROOTFS);
        for (byte[] bad : List.of(
                noise,
                new byte[0],
                java.util.Arrays.copyOf(ROOTFS, 700),
                java.util.Arrays.copyOf(gzipped, gzipped.length - 10),
                Tars.tar().file("../out", "x").bytes())) {
            assertThatExceptionOfType(ImageException.BadImageArchive.class)
                    .isThrownBy(() -> images.importRootfs(
                            stream(bad), Optional.of(Reference.parse("bad")), List.of(), Optional.empty()));
        }
        assertThat(images.list()).isEmpty();
        assertThat(content.list()).isEmpty();
    }

    @Test
    void importLargerThanTheLimitIsRefused() throws Exception {
        ImageStore small = ImageStore.open(
                root.resolve("small"), content, ArchiveLimits.DEFAULT.withBytes(100_000), StepListener.NONE);
        byte[] bomb = Tars.tar().file("zeros", new byte[50_000_000]).gzipped();
        assertThat(bomb.length).isLessThan(100_000);
        assertThatExceptionOfType(ImageException.BadImageArchive.class)
                .isThrownBy(() -> small.importRootfs(stream(bomb), Optional.empty(), List.of(), Optional.empty()))
                .withMessageContaining("100000 bytes");
        assertThat(content.list()).isEmpty();
    }

    @Test
    void foundByNameAndByIdPrefix() throws Exception {
        Image image = imported("one", "1");
        assertThat(images.find("one")).contains(image);
        assertThat(images.find("docker.io/library/one:latest")).contains(image);
        assertThat(images.find(image.id().toString())).contains(image);
        assertThat(images.find(image.id().hex())).contains(image);
        assertThat(images.find(image.id().abbreviated())).contains(image);
        assertThat(images.find("sha256:" + image.id().hex().substring(0, 8))).contains(image);
        assertThat(images.find("one:other")).isEmpty();
        assertThat(images.find("two")).isEmpty();
        assertThatExceptionOfType(ImageException.NoSuchImage.class)
                .isThrownBy(() -> images.resolve("two"))
                .withMessage("No such image: two:latest");
    }

    @Test
    void ambiguousPrefixIsAnError() throws Exception {
        Set<String> first = new HashSet<>();
        String prefix = "";
        for (int i = 0; prefix.isEmpty(); i++) { // at most seventeen images share no first digit
            String digit = imported("image" + i, "content " + i).id().hex().substring(0, 1);
            prefix = first.add(digit) ? "" : digit;
        }
        String ambiguous = prefix;
        assertThatExceptionOfType(ImageException.AmbiguousImage.class)
                .isThrownBy(() -> images.find(ambiguous))
                .withMessageContaining("\"" + ambiguous + "\" is ambiguous");
    }

    @Test
    void nameMovesToTheImageThatGetsIt() throws Exception {
        Image one = imported("x", "1");
        Image two = imported("x", "2");
        assertThat(images.resolve("x").id()).isEqualTo(two.id());
        assertThat(images.resolve(one.id().hex()).repoTags()).isEmpty();
        images.tag(one.id().hex(), Reference.parse("team/y:v2"));
        assertThat(images.resolve("team/y:v2").id()).isEqualTo(one.id());
        assertThatExceptionOfType(ImageException.BadImageRequest.class)
                .isThrownBy(() -> images.tag("x", Reference.parse("z@" + one.id())))
                .withMessage("refusing to create a tag with a digest reference");
    }

    @Test
    void removingNamesAndImages() throws Exception {
        Image image = imported("a", "1");
        images.tag("a", Reference.parse("b"));
        assertThat(images.remove("a", false, ImageUse.Lookup.NONE).untagged())
                .extracting(Reference::familiar)
                .containsExactly("a:latest");
        Removal removal = images.remove("b", false, ImageUse.Lookup.NONE);
        assertThat(removal.deleted())
                .containsExactly(image.id(), image.diffIds().getFirst());
        assertThat(images.list()).isEmpty();
        content.collect(images::live);
        assertThat(content.list()).isEmpty();
    }

    @Test
    void removalKeepsLayersThatOtherImagesShare() throws Exception {
        Image one = images.importRootfs(
                stream(ROOTFS), Optional.of(Reference.parse("a")), List.of("USER 1"), Optional.empty());
        Image two = images.importRootfs(
                stream(ROOTFS), Optional.of(Reference.parse("b")), List.of("USER 2"), Optional.empty());
        assertThat(images.remove("a", false, ImageUse.Lookup.NONE).deleted()).containsExactly(one.id());
        content.collect(images::live);
        assertThat(content.list())
                .containsExactlyInAnyOrder(two.id(), two.diffIds().getFirst());
    }

    @Test
    void imagesInUseAreKeptWithDockersWords() throws Exception {
        Image image = imported("a", "1");
        ImageUse.Lookup stopped = id -> List.of(new ImageUse("c".repeat(64), false));
        ImageUse.Lookup running = id -> List.of(new ImageUse("c".repeat(64), true));
        String id = image.id().abbreviated();
        assertThatExceptionOfType(ImageException.ImageInUse.class)
                .isThrownBy(() -> images.remove("a", false, stopped))
                .withMessage("conflict: unable to remove repository reference \"a:latest\" (must force) - container"
                        + " cccccccccccc is using its referenced image " + id);
        assertThatExceptionOfType(ImageException.ImageInUse.class)
                .isThrownBy(() -> images.remove(id, false, stopped))
                .withMessage("conflict: unable to delete " + id
                        + " (must be forced) - image is being used by stopped container cccccccccccc");
        assertThatExceptionOfType(ImageException.ImageInUse.class)
                .isThrownBy(() -> images.remove(id, true, running))
                .withMessage("conflict: unable to delete " + id
                        + " (cannot be forced) - image is being used by running container cccccccccccc");
        images.tag("a", Reference.parse("b"));
        assertThatExceptionOfType(ImageException.ImageInUse.class)
                .isThrownBy(() -> images.remove(id, false, ImageUse.Lookup.NONE))
                .withMessage("conflict: unable to delete " + id
                        + " (must be forced) - image is referenced in multiple repositories");
        assertThat(images.remove(id, true, stopped).untagged()).hasSize(2);
    }

    @Test
    void tornOrNewerStateIsATypedErrorAndStays() throws Exception {
        imported("a", "1");
        Path file = root.resolve("images/images.json");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThatExceptionOfType(StateDamaged.class).isThrownBy(this::reopened).withMessageContaining("images.json");
        assertThat(file).hasSize(whole.length / 2);
        Files.writeString(file, "{\"version\": 99}");
        assertThatExceptionOfType(StateTooNew.class).isThrownBy(this::reopened);
        Files.write(file, whole);
        assertThat(reopened().list()).hasSize(1);
    }

    @Test
    void powerCutAtAnyStepOfAnImportLeavesOldOrNewImages() throws Exception {
        boolean finished = false;
        int cuts = 0;
        for (int step = 0; !finished; step++) {
            Path place = root.resolve("cut-" + step);
            ImageStore.open(place.resolve("images"), ContentStore.open(place.resolve("content")))
                    .importRootfs(stream(ROOTFS), Optional.of(Reference.parse("old")), List.of(), Optional.empty());
            PowerCut cut = new PowerCut(step);
            ContentStore cutContent = ContentStore.open(place.resolve("content"), cut);
            ImageStore cutImages = ImageStore.open(place.resolve("images"), cutContent, ArchiveLimits.DEFAULT, cut);
            try {
                cutImages.importRootfs(
                        stream(Tars.tar().file("new", "new").bytes()),
                        Optional.of(Reference.parse("new")),
                        List.of(),
                        Optional.empty());
                finished = true;
            } catch (PowerCut.Cut e) {
                cuts++;
            }
            ContentStore after = ContentStore.open(place.resolve("content"));
            ImageStore imagesAfter = ImageStore.open(place.resolve("images"), after);
            assertThat(after.fsck()).isEmpty();
            assertThat(imagesAfter.find("old")).isPresent();
            assertThat(imagesAfter.list())
                    .allSatisfy(
                            image -> assertThat(after.contains(image.diffIds().getFirst()))
                                    .isTrue());
            after.collect(imagesAfter::live);
            assertThat(after.list()).hasSize(2 * imagesAfter.list().size());
        }
        assertThat(cuts).isGreaterThanOrEqualTo(10);
    }

    private Image imported(String name, String content) throws Exception {
        return images.importRootfs(
                stream(Tars.tar().file("file", content).bytes()),
                Optional.of(Reference.parse(name)),
                List.of(),
                Optional.empty());
    }

    private ImageStore reopened() throws IOException {
        return ImageStore.open(root.resolve("images"), content);
    }

    private static ByteArrayInputStream stream(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }
}
