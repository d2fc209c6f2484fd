package dev.ferry.cli.command;

import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.Resources;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.UsageError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what a new container is like, in docker's names. */
final class RunOptions {
    @Mixin
    private ProgramOptions program = new ProgramOptions();

    @Option(names = "--rm", description = "remove the container when it has ended")
    private boolean remove;

    @Option(names = "--hostname", paramLabel = "NAME", description = "default: the start of the container's id")
    private String hostname = "";

    @Option(names = "--entrypoint", paramLabel = "PROGRAM", description = "instead of the image's")
    private @Nullable String entrypoint;

    @Option(
            names = {"-l", "--label"},
            paramLabel = "NAME=VALUE",
            description = "remember a fact about the container")
    private List<String> labels = List.of();

    @Option(
            names = "--network",
            paramLabel = "MODE",
            description = "none or host; default: an empty network of its own")
    private String network = "";

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            description = "most memory")
    private String memory = "";

    @Option(names = "--cpus", paramLabel = "NUMBER", description = "most processors")
    private String cpus = "";

    @Option(names = "--pids-limit", paramLabel = "NUMBER", description = "most processes and threads")
    private @Nullable Long pidsLimit;

    @Option(
            names = "--security-opt",
            paramLabel = "OPTION",
            description = "seccomp=NAME with builtin, checkpoint or unconfined, seccomp=FILE, no-new-privileges")
    private List<String> security = List.of();

    @Option(names = "--cap-add", paramLabel = "NAME", description = "one more capability")
    private List<String> capabilitiesAdded = List.of();

    @Option(names = "--cap-drop", paramLabel = "NAME", description = "one capability less")
    private List<String> capabilitiesDropped = List.of();

    @Option(names = "--runtime", paramLabel = "NAME", description = "another OCI runtime that the engine knows")
    private String runtime = "";

    @Option(names = "--stop-signal", paramLabel = "SIGNAL", description = "what asks it to end")
    private String stopSignal = "";

    @Option(names = "--stop-timeout", paramLabel = "SECONDS", description = "how long it may take to end")
    private @Nullable Integer stopTimeout;

    ProgramOptions program() {
        return program;
    }

    boolean isRemove() {
        return remove;
    }

    ContainerCreateRequest request(String image, List<String> command, Invocation invocation) {
        ContainerConfig config = ContainerConfig.builder()
                .image(image)
                .cmd(command.isEmpty() ? null : new Words(command))
                .entrypoint(entrypoint == null ? null : Words.of(entrypoint))
                .env(program.environment(invocation))
                .workingDir(program.directory())
                .user(program.user())
                .hostname(hostname)
                .labels(labels())
                .tty(program.isTty())
                .openStdin(program.isInteractive())
                .stdinOnce(program.attachesInput())
                .attachStdin(program.attachesInput())
                .attachStdout(!program.isDetached())
                .attachStderr(!program.isDetached())
                .stopSignal(stopSignal)
                .stopTimeout(stopTimeout)
                .build();
        Resources resources = Resources.builder()
                .memory(memory.isEmpty() ? 0 : SizeText.bytes("--memory", memory))
                .nanoCpus(cpus.isEmpty() ? 0 : SizeText.nanoCpus("--cpus", cpus))
                .pidsLimit(pidsLimit)
                .build();
        HostConfig host = HostConfig.builder()
                .resources(resources)
                .networkMode(network)
                .autoRemove(remove)
                .securityOpt(security.isEmpty() ? null : SecurityText.resolve(security))
                .capAdd(capabilitiesAdded.isEmpty() ? null : capabilitiesAdded)
                .capDrop(capabilitiesDropped.isEmpty() ? null : capabilitiesDropped)
                .runtime(runtime)
                .build();
        return ContainerCreateRequest.builder().config(config).hostConfig(host).build();
    }

    private Map<String, String> labels() {
        Map<String, String> map = new LinkedHashMap<>();
        for (String label : labels) {
            int equals = label.indexOf('=');
            if (equals == 0) {
                throw new UsageError("--label '" + label + "' has no name");
            }
            map.put(equals < 0 ? label : label.substring(0, equals), equals < 0 ? "" : label.substring(equals + 1));
        }
        return map;
    }
}
