package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.client.ImageCalls.ImportOptions;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.UsageError;
import dev.ferry.cli.rootfs.HostImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "from-host", description = "Make an image of this host's busybox or shell, without any network.")
final class ImageFromHost implements Callable<Integer> {
    private final Invocation invocation;

    @Option(names = "--with", paramLabel = "java", description = "also a small Java runtime of this host")
    private List<String> parts = List.of();

    @Option(names = "--add", paramLabel = "HOSTPATH:PATH", description = "also a file or folder of this host")
    private List<String> additions = List.of();

    @Parameters(paramLabel = "NAME[:TAG]", arity = "0..1", description = "default: busybox, or java with one")
    private String name = "";

    ImageFromHost(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        for (String part : parts) {
            if (!part.equals("java")) {
                throw new UsageError("--with '" + part + "' is unknown; there is: java");
            }
        }
        boolean java = !parts.isEmpty();
        ImageName target = ImageName.parse(name.isEmpty() ? java ? "java" : "busybox" : name);
        try (HostImage image = HostImage.plan(HostImage.programs(invocation), java);
                EngineClient engine = invocation.engine()) {
            for (String addition : additions) {
                add(addition, image);
            }
            engine.images()
                    .importRootfs(
                            new ImportOptions(target.repository(), target.tag(), "made from the host", image.changes()),
                            image::writeTo,
                            line -> invocation.console().line(line.status()));
        }
        invocation.console().note("image " + target);
        return ExitCode.OK;
    }

    private static void add(String addition, HostImage image) throws IOException {
        int colon = addition.lastIndexOf(':');
        if (colon <= 0 || colon == addition.length() - 1) {
            throw new UsageError("--add '" + addition + "' is not HOSTPATH:PATH");
        }
        image.add(Path.of(addition.substring(0, colon)), addition.substring(colon + 1));
    }
}
