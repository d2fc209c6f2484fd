package dev.ferry.network.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.network.address.Ipv4Address;
import dev.ferry.network.port.PublishedPort;
import dev.ferry.network.port.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseFilesTest {
    @TempDir
    Path directory;

    private static final Lease LEASE = Lease.of("abc", Ipv4Address.parse("172.17.0.2"))
            .withPorts(List.of(new PublishedPort(Transport.UDP, Ipv4Address.ANY, 53, 5353)));

    @Test
    void whatIsWrittenIsRead() throws IOException {
        LeaseFiles files = LeaseFiles.in(directory);
        files.write(LEASE);
        files.write(LEASE.withPorts(List.of()));
        files.write(LEASE);
        assertThat(LeaseFiles.in(directory).readAll()).isEqualTo(new LeaseFiles.Found(List.of(LEASE), List.of()));
        files.delete("abc");
        files.delete("abc");
        assertThat(files.readAll().leases()).isEmpty();
    }

    @Test
    void aHalfWrittenOneIsNothing() throws IOException {
        LeaseFiles files = LeaseFiles.in(directory);
        files.write(LEASE);
        Files.writeString(directory.resolve("def.new"), "{\"version\":1,");
        assertThat(files.readAll().leases()).containsExactly(LEASE);
        assertThat(directory.resolve("def.new")).doesNotExist();
    }

    @Test
    void damagedAndNewerOnesAreToldAndLeftAlone() throws IOException {
        LeaseFiles files = LeaseFiles.in(directory);
        Files.writeString(directory.resolve("torn"), "{\"version\":1,");
        Files.writeString(directory.resolve("empty"), "");
        files.write(LEASE);
        Path other = directory.resolve("other");
        Files.copy(directory.resolve("abc"), other);
        Files.writeString(
                directory.resolve("newer"), Files.readString(other).replace("\"version\":1", "\"version\":2"));
        LeaseFiles.Found found = files.readAll();
        assertThat(found.leases()).containsExactly(LEASE);
        assertThat(found.damaged()).hasSize(4).anyMatch(text -> text.contains("version 2"));
        assertThat(other).exists();
    }

    @Test
    void notesOfABridge() throws IOException {
        BridgeNote note = BridgeNote.of(BridgeAddress.parse("172.17.0.1/16")).withForwardingSwitchedOn("boot");
        assertThat(BridgeNote.read(directory)).isEmpty();
        note.write(directory);
        assertThat(BridgeNote.read(directory)).isEqualTo(Optional.of(note));
        Files.writeString(directory.resolve("bridge.json"), "{");
        assertThatThrownBy(() -> BridgeNote.read(directory)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"172.17.0.0/16", "172.17.255.255/16", "172.17.0.1/31", "172.17.0.1", "127.0.0.1/8", "x/16"})
    void whatIsNoAddressOfABridge(String text) {
        assertThatThrownBy(() -> BridgeAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
