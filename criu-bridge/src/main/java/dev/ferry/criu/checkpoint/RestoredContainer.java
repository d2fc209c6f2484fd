package dev.ferry.criu.checkpoint;

import dev.ferry.runtime.container.ContainerProcess;

/** A container that runs again. The process belongs to the caller, who closes it. */
public final class RestoredContainer {
    private final ContainerProcess process;
    private final RestoreReport report;

    RestoredContainer(ContainerProcess process, RestoreReport report) {
        this.process = process;
        this.report = report;
    }

    public ContainerProcess process() {
        return process;
    }

    public RestoreReport report() {
        return report;
    }
}
