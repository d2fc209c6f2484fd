package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.image.ImageSummary;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.render.Names;
import dev.ferry.cli.render.Quantities;
import dev.ferry.cli.render.Table;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ls", description = "List images.")
final class ImageLs implements Callable<Integer> {
    private final Invocation invocation;

    @Mixin
    private Listing listing = new Listing();

    ImageLs(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        List<ImageSummary> images;
        try (EngineClient engine = invocation.engine()) {
            images = engine.images().list(listing.isAll());
        }
        Instant now = Instant.now();
        listing.show(images, ImageSummary::id, all -> table(all, now), invocation.console());
        return ExitCode.OK;
    }

    static Table table(List<ImageSummary> images, Instant now) {
        Table table = new Table("IMAGE", "ID", "CREATED", "SIZE");
        for (ImageSummary image : images) {
            String age = Quantities.span(Duration.between(Instant.ofEpochSecond(image.created()), now)) + " ago";
            List<String> names = image.repoTags().isEmpty() ? List.of("<none>") : image.repoTags();
            for (String name : names) {
                table.row(name, Names.shortId(image.id()), age, Quantities.bytes(image.size()));
            }
        }
        return table;
    }
}
