package dev.ferry.runtime.systemd;

import dev.ferry.runtime.linux.Processes;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The service manager, as far as scopes need it. org.freedesktop.systemd1(5); for one thread, closed by whoever opened it. */
final class Systemd implements AutoCloseable {
    static final String JOB_REMOVED = "JobRemoved";

    private static final String NAME = "org.freedesktop.systemd1";
    private static final String PATH = "/org/freedesktop/systemd1";
    private static final String MANAGER = NAME + ".Manager";
    private static final String RULE = "type='signal',sender='%s',path='%s',interface='%s',member='%s'"
            .formatted(NAME, PATH, MANAGER, JOB_REMOVED);
    /** sd_booted(3). */
    private static final Path BOOTED = Path.of("/run/systemd/system");

    private static final String DONE = "done";

    private final Bus bus;
    private final Duration patience;

    private Systemd(Bus bus, Duration patience) {
        this.bus = bus;
        this.patience = patience;
    }

    /** Refuses a host that has another service manager, in the words of runc. */
    static void requireRunning() throws BusUnusable {
        if (!Files.isDirectory(BOOTED, LinkOption.NOFOLLOW_LINKS)) {
            throw new BusUnusable(
                    "systemd not running on this host, cannot use systemd cgroups manager: there is no \"%s\"; leave --systemd-cgroup out"
                            .formatted(BOOTED),
                    null);
        }
    }

    /** The one of this host, by the bus or, for root, by its own socket. */
    static Systemd ofHost(Map<String, String> environment, Duration patience) throws SystemdException {
        return connect(BusAddress.ofHost(environment, Processes.effectiveUserId() == 0), patience);
    }

    static Systemd connect(List<BusAddress> addresses, Duration patience) throws SystemdException {
        List<String> failures = new ArrayList<>();
        @Nullable BusUnusable last = null;
        for (BusAddress address : addresses) {
            try {
                return subscribed(address, patience);
            } catch (BusUnusable e) {
                failures.add(String.valueOf(e.getMessage()));
                last = e;
            }
        }
        throw new BusUnusable(
                "failed to connect to dbus, systemd cannot be asked for a scope: %s; start dbus, or leave --systemd-cgroup out"
                        .formatted(String.join("; ", failures)),
                last);
    }

    /** The end of a job is told before anybody could ask for it, so the signal is asked for first. */
    private static Systemd subscribed(BusAddress address, Duration patience) throws SystemdException {
        Bus bus = Bus.connect(address, patience);
        boolean done = false;
        try {
            if (!address.direct()) {
                bus.subscribe(RULE);
            }
            done = true;
            return new Systemd(bus, patience);
        } finally {
            if (!done) {
                bus.close();
            }
        }
    }

    /** Makes and starts a unit; returns when that is done. */
    void startTransient(String unit, List<Property> properties) throws SystemdException {
        String job = call(
                        "StartTransientUnit",
                        Value.text(unit),
                        Value.text("replace"),
                        pairs(properties),
                        new Value.Array("(sa(sv))", List.of()))
                .textAt(0);
        String result = await(job, "create " + unit);
        if (!result.equals(DONE)) {
            throw new JobFailed("error creating systemd unit `%s`: got `%s`; \"journalctl --unit %s\" may tell why"
                    .formatted(unit, result, unit));
        }
    }

    /** Ends a unit; returns when that is done, also when there is none. */
    void stop(String unit) throws SystemdException {
        String job;
        try {
            job = call("StopUnit", Value.text(unit), Value.text("replace")).textAt(0);
        } catch (SystemdRefused e) {
            if (e.is("NoSuchUnit")) {
                return;
            }
            throw e;
        }
        // whatever came of it, nothing of it runs: the caller has seen to that
        await(job, "remove " + unit);
    }

    /** Lets systemd forget that a unit has failed, and with that the unit; also right when there is none. */
    void resetFailed(String unit) throws SystemdException {
        try {
            call("ResetFailedUnit", Value.text(unit));
        } catch (SystemdRefused e) {
            if (!e.is("NoSuchUnit")) {
                throw e;
            }
        }
    }

    /** Changes properties of a unit until it ends. */
    void set(String unit, List<Property> properties) throws SystemdException {
        call("SetUnitProperties", Value.text(unit), Value.flag(true), pairs(properties));
    }

    /** 252 of {@code 252.38-1~deb12u1}; empty when it does not say. */
    OptionalInt version() throws SystemdException {
        Message answer = bus.call(
                NAME,
                PATH,
                "org.freedesktop.DBus.Properties",
                "Get",
                List.of(Value.text(MANAGER), Value.text("Version")));
        if (answer.body().size() == 1
                && answer.body().getFirst() instanceof Value.Variant variant
                && variant.value() instanceof Value.Text text) {
            String number = text.value().replaceFirst("^v", "").replaceFirst("\\D.*", "");
            return number.isEmpty() || number.length() > 6
                    ? OptionalInt.empty()
                    : OptionalInt.of(Integer.parseInt(number));
        }
        return OptionalInt.empty();
    }

    private Message call(String method, Value... arguments) throws SystemdException {
        return bus.call(NAME, PATH, MANAGER, method, List.of(arguments));
    }

    private static Value pairs(List<Property> properties) {
        return new Value.Array("(sv)", properties.stream().map(Property::pair).toList());
    }

    /** How a job ended: done, canceled, timeout, failed, dependency or skipped. */
    private String await(String job, String what) throws SystemdException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Message signal = bus.signal(deadline);
            if (signal == null) {
                throw new JobFailed(
                        "Timeout waiting for systemd to %s: its job was not done within %d s; see \"systemctl list-jobs\""
                                .formatted(what, patience.toSeconds()));
            }
            // u id, o job, s unit, s result
            if (JOB_REMOVED.equals(signal.member()) && signal.textAt(1).equals(job)) {
                return signal.textAt(3);
            }
        }
    }

    @Override
    public void close() {
        bus.close();
    }
}
