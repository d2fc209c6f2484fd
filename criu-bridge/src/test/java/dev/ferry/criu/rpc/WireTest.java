package dev.ferry.criu.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.ProtocolBroken;
import dev.ferry.criu.rpc.CriuOptions.Flag;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WireTest {
    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void dumpRequestHasTheBytesOfTheProtocol() {
        CriuOptions options = CriuOptions.builder(5)
                .pid(300)
                .with(Flag.FILE_LOCKS)
                .logFile("a")
                .external("x")
                .build();

        // type 1; opts { 1: 5, 2: 300, 8: true, 9: 4, 10: "a", 12: true, 37: "x", 64: 3 }, fields in the order of
        // writing
        assertThat(hex(new Request.Dump(options).encode()))
                .isEqualTo("0801" + "1215" + "0805" + "10ac02" + "4001" + "6001" + "4804" + "520161" + "aa020178"
                        + "800403");
    }

    @Test
    void restoreRequestCarriesRootsAndDescriptors() {
        CriuOptions options = CriuOptions.builder(5)
                .with(Flag.MANAGE_CGROUPS)
                .logFile("")
                .cgroupRoot("cpu", "/f")
                .cgroupRoot("", "/u")
                .inherit("k", 16)
                .ghostLimit(0)
                .build();

        assertThat(hex(options.write().toByteArray()))
                .isEqualTo("0805" + "6001" + "c00101" + "4804" + "5200" + "ca01090a036370751202" + "2f66"
                        + "ca010412022f75" + "da01050a016b1010" + "900203" + "980200" + "800403");
    }

    @Test
    void preDumpRequestCarriesNamesAndNamespaces() {
        CriuOptions options = CriuOptions.builder(5)
                .with(Flag.MANAGE_CGROUPS, Flag.AUTO_DEDUP)
                .logFile("")
                .cgroupsMode(CriuOptions.CgroupsMode.FULL)
                .text(CriuOptions.Text.CONFIG_FILE, "c")
                .text(CriuOptions.Text.PARENT, "p")
                .emptyNetwork(true)
                .join("ipc", "/n")
                .build();

        assertThat(hex(new Request.PreDump(options).encode()))
                .isEqualTo("080d" + "122e" + "0805" + "6001" + "800101" + "c00101" + "4804" + "5200" + "900204"
                        + "720170" + "9a030163" + "b0028080808004" + "ba02090a0369706312022f6e" + "800403");
    }

    @Test
    void addressOfPagesIsCarried() {
        CriuOptions options = CriuOptions.builder(5)
                .with(Flag.MANAGE_CGROUPS, Flag.LAZY_PAGES)
                .logFile("")
                .cgroupsMode(CriuOptions.CgroupsMode.IGNORE)
                .pageServer("a", 7)
                .build();

        assertThat(hex(options.write().toByteArray()))
                .isEqualTo("0805" + "6001" + "c00101" + "800301" + "4804" + "5200" + "900200" + "5a050a01611007"
                        + "800403");
    }

    @Test
    void negativeNumbersTakeTenBytes() {
        assertThat(hex(new WireWriter().number(1, -1).toByteArray())).isEqualTo("08ffffffffffffffffff01");
    }

    @Test
    void answersAreShort() {
        assertThat(hex(new Request.NotifyAnswer(true).encode())).isEqualTo("08061801");
        assertThat(hex(new Request.NotifyAnswer(false).encode())).isEqualTo("08061800");
        assertThat(hex(new Request.Version().encode())).isEqualTo("080a2001");
        assertThat(hex(new Request.FeatureCheck().encode())).isEqualTo("080920012a06080110011801");
    }

    @Test
    void unknownFieldsOfEveryKindAreSkipped() throws ProtocolBroken {
        // 100: varint, 101: 8 bytes, 102: 4 bytes, 103: text, then type 2 and success
        byte[] bytes = hex("a0060a a9060102030405060708 b50601020304 ba0603616263 0802 1001");

        assertThat(Response.decode(bytes))
                .isEqualTo(new Response(
                        2,
                        true,
                        OptionalInt.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void readsARestoredPid() throws ProtocolBroken {
        assertThat(Response.decode(hex("0802 1001 2203 08ac02")).restoredPid()).hasValue(300);
    }

    @Test
    void readsANotification() throws ProtocolBroken {
        byte[] bytes = hex("0806 1001 2a11 0a0c" + hex("post-restore".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                + "10ac02");

        assertThat(Response.decode(bytes).notification()).contains(new Notification.PostRestore(300));
    }

    @Test
    void readsVersionAndFeatures() throws ProtocolBroken {
        assertThat(Response.decode(hex("080a 1001 5206 0804 1002 2001")).version())
                .contains(new CriuVersion(4, 2, 1));
        assertThat(Response.decode(hex("0809 1001 4206 0800 1001 1801")).features())
                .contains(new CriuFeatures(false, true, true));
    }

    @Test
    void readsALongMessage() throws ProtocolBroken {
        String text = "e".repeat(100_000);
        byte[] bytes =
                new WireWriter().number(1, 1).flag(2, false).text(9, text).toByteArray();

        assertThat(Response.decode(bytes).message()).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08",
                "0802 10",
                "0a05 61",
                "0801 4aff01 61",
                "0801 0f",
                "1001",
                "0801 ffffffffffffffffffff01",
                "0a0161",
                "0806",
                "a90601"
            })
    void tornMessageIsRefused(String bytes) {
        assertThatThrownBy(() -> Response.decode(hex(bytes))).isInstanceOf(ProtocolBroken.class);
    }

    @Test
    void unknownNotificationKeepsItsName() {
        assertThat(Notification.of("pre-stream", 0)).isEqualTo(new Notification.Unknown("pre-stream"));
    }

    @Test
    void versionsAreOrderedByNumber() {
        assertThat(new CriuVersion(4, 10, 0)).isGreaterThan(new CriuVersion(4, 9, 2));
        assertThat(CriuVersion.parse("4.2.1"))
                .isEqualTo(new CriuVersion(4, 2, 1))
                .hasToString("4.2.1");
        assertThat(CriuVersion.parse("4.2")).hasToString("4.2").isLessThan(new CriuVersion(4, 2, 1));
    }
}
