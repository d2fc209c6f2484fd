package dev.ferry.bench.start;

import dev.ferry.api.client.ContainerCalls;
import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.Resources;
import dev.ferry.api.wire.EngineAddress;
import java.io.IOException;
import java.util.List;

/**
 * An engine over its socket: {@code POST /containers/create} and {@code POST /containers/ID/start}, whose answer comes when the
 * program is executed. The engine is Ferry's, but any engine that speaks the Docker API can be measured.
 */
final class SocketSubject implements Subject {
    private final String name;
    private final EngineClient client;
    private final ContainerCreateRequest request;

    SocketSubject(String name, String address, String image, List<String> command) {
        this.name = name;
        this.client = EngineClient.of(EngineAddress.parse(address));
        this.request = ContainerCreateRequest.builder()
                .config(ContainerConfig.builder()
                        .image(image)
                        .cmd(new Words(command))
                        .build())
                .hostConfig(HostConfig.builder()
                        .networkMode("none")
                        .resources(Resources.builder()
                                .memory(Bundle.MEMORY_BYTES)
                                .pidsLimit(Bundle.PROCESSES)
                                .build())
                        .build())
                .build();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "engine at " + client.address();
    }

    @Override
    public Timing start() throws Exception {
        ContainerCalls containers = client.containers();
        Timing.Watch watch = new Timing.Watch();
        String id = containers.create(request, "").id();
        containers.start(id);
        watch.passed(Timing.Measure.EXECUTED);
        try (var exit = containers.await(id, ContainerCalls.WaitCondition.NOT_RUNNING)) {
            exit.result();
        }
        watch.passed(Timing.Measure.ENDED);
        containers.remove(id, true, true);
        watch.passed(Timing.Measure.GONE);
        return watch.timing();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
