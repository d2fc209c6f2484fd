package dev.ferry.runtime.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and messages as bytes. */
final class WireTest {
    /** As busctl of systemd 252 sent it: {@code call … StartTransientUnit ssa(sv)a(sa(sv)) a.scope replace 5 Slice s x.slice …}. */
    private static final byte[] OF_BUSCTL = HexFormat.of()
            .parseHex(
                    "6c010401b800000002000000b600000001016f00190000002f6f72672f667265656465736b746f702f73797374656d6431"
                            + "00000000000000030173001200000053746172745472616e7369656e74556e6974000000000000020173002000"
                            + "00006f72672e667265656465736b746f702e73797374656d64312e4d616e6167657200000000000000000601730018"
                            + "0000006f72672e667265656465736b746f702e73797374656d6431000000000000000008016700107373612873762961"
                            + "287361287376292900000007000000612e73636f706500070000007265706c6163650090000000000000000500"
                            + "0000536c6963650001730000000007000000782e736c69636500000000000800000044656c65676174650001620001"
                            + "000000000000000400000050494473000261750000000004000000671200000b000000416c6c6f7765644350"
                            + "55730002617900020000000501000000000000090000004d656d6f72794d61780001740000000000000000"
                            + "00000004000000000000000000000000");

    private static final List<Property> PROPERTIES = List.of(
            new Property("Slice", Value.text("x.slice")),
            new Property("Delegate", Value.flag(true)),
            new Property("PIDs", new Value.Array("u", List.of(new Value.Whole('u', 4711)))),
            new Property("AllowedCPUs", LimitProperties.bits("cpu.cpus", "0,2,8")),
            new Property("MemoryMax", Value.size(64 << 20)));

    private static final List<Value> ARGUMENTS = List.of(
            Value.text("a.scope"),
            Value.text("replace"),
            new Value.Array("(sv)", PROPERTIES.stream().map(Property::pair).toList()),
            new Value.Array("(sa(sv))", List.of()));

    @Test
    void messageOfAnotherLibraryIsUnderstood() throws Exception {
        assertThat(Message.length(ByteBuffer.wrap(OF_BUSCTL))).hasValue(OF_BUSCTL.length);
        Message read = Message.read(OF_BUSCTL, wanted -> true);
        assertThat(read)
                .isEqualTo(Message.call(
                        2,
                        "org.freedesktop.systemd1",
                        "/org/freedesktop/systemd1",
                        "org.freedesktop.systemd1.Manager",
                        "StartTransientUnit",
                        ARGUMENTS));
    }

    @Test
    void argumentsAreTheBytesThatAnotherLibrarySends() {
        Wire.Writer body = new Wire.Writer();
        ARGUMENTS.forEach(body::put);
        assertThat(body.bytes()).isEqualTo(Arrays.copyOfRange(OF_BUSCTL, OF_BUSCTL.length - 0xb8, OF_BUSCTL.length));
    }

    @Test
    void messageComesBackAsItWas() throws Exception {
        Message sent = Message.call(7, "a.b", "/a", "a.b.C", "Method", ARGUMENTS);
        assertThat(Message.read(sent.bytes(), wanted -> true)).isEqualTo(sent);
        assertThat(Message.read(sent.bytes(), wanted -> false).body()).isEmpty();
    }

    @Test
    void everyTypeComesBackAsItWas() throws Exception {
        List<Value> values = List.of(
                new Value.Whole('y', 255),
                new Value.Whole('n', -2),
                new Value.Whole('q', 65_535),
                new Value.Whole('i', -3),
                Value.flag(false),
                new Value.Whole('u', 0xffff_ffffL),
                new Value.Whole('x', Long.MIN_VALUE),
                new Value.Whole('y', 0),
                Value.size(-1),
                new Value.Real(0.1),
                Value.text("väl"),
                new Value.Text('o', "/a/b"),
                new Value.Text('g', "a(sv)"),
                new Value.Array("(ss)", List.of(Value.struct(Value.text("a"), Value.text("b")))),
                new Value.Array("x", List.of()),
                new Value.Variant(new Value.Variant(Value.struct(Value.flag(true), Value.size(5)))));
        Wire.Writer writer = new Wire.Writer();
        StringBuilder signature = new StringBuilder();
        for (Value value : values) {
            signature.append(value.signature());
            writer.put(value);
        }
        assertThat(new Wire.Reader(writer.bytes(), ByteOrder.LITTLE_ENDIAN).all(signature.toString()))
                .isEqualTo(values);
    }

    @Test
    void theOtherOrderOfBytesIsRead() throws Exception {
        byte[] bytes = HexFormat.of().parseHex("00000003" + "61626300" + "0000000000000102");
        assertThat(new Wire.Reader(bytes, ByteOrder.BIG_ENDIAN).all("st"))
                .containsExactly(Value.text("abc"), Value.size(258));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a{sv}", "z", "a", "(s", "()", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaas"})
    void typesThatAreNoneAreRefused(String signature) {
        byte[] zeros = new byte[64];
        zeros[0] = 4;
        assertThatThrownBy(() -> new Wire.Reader(zeros, ByteOrder.LITTLE_ENDIAN).all(signature))
                .isInstanceOf(BusUnusable.class);
    }

    /** Whatever a broken peer sends is refused, and by nothing but that. */
    @Test
    void damagedMessagesAreRefusedOrRead() {
        Random random = new Random(24);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = Arrays.copyOf(OF_BUSCTL, 16 + random.nextInt(OF_BUSCTL.length - 15));
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                Message.length(ByteBuffer.wrap(damaged));
                Message.read(damaged, wanted -> true);
            } catch (BusUnusable e) {
                assertThat(e).hasMessageContaining("cannot be read");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }

    @Test
    void numbersThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new Value.Whole('u', -1)).hasMessageContaining("does not fit");
        assertThatThrownBy(() -> new Value.Whole('y', 256)).hasMessageContaining("does not fit");
        assertThatThrownBy(() -> new Value.Array("s", List.of(Value.flag(true))))
                .hasMessageContaining("holds no");
    }
}
