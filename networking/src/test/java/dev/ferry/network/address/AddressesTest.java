package dev.ferry.network.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    private static final Subnet SMALL = Subnet.parse("192.0.2.0/29");

    private static Ipv4Address ip(String text) {
        return Ipv4Address.parse(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "0.0.0.0", "255.255.255.255"})
    void readsAndPrints(String text) {
        assertThat(ip(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "::1", "1.2.3.4.5", "a.b.c.d", "1.2.3.-4"})
    void refusesWhatIsNone(String text) {
        assertThat(Ipv4Address.read(text)).isEmpty();
    }

    @Test
    void rangesKnowTheirEnds() {
        Subnet range = Subnet.parse("172.17.5.4/16");
        assertThat(range).hasToString("172.17.0.0/16");
        assertThat(range.broadcast()).hasToString("172.17.255.255");
        assertThat(range.contains(ip("172.17.255.1"))).isTrue();
        assertThat(range.contains(ip("172.18.0.1"))).isFalse();
        assertThat(range.overlaps(Subnet.parse("172.17.3.0/24"))).isTrue();
        assertThat(range.overlaps(Subnet.parse("172.0.0.0/8"))).isTrue();
        assertThat(range.overlaps(Subnet.parse("172.18.0.0/16"))).isFalse();
        assertThat(Subnet.parse("0.0.0.0/0").contains(ip("8.8.8.8"))).isTrue();
        for (String wrong : List.of("192.0.2.0", "192.0.2.0/33", "192.0.2.0/x", "/8", "192.0.2.0/-1")) {
            assertThatThrownBy(() -> Subnet.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void macFollowsTheAddress() {
        assertThat(MacAddress.of(ip("172.17.0.2"))).hasToString("02:42:ac:11:00:02");
        assertThat(MacAddress.of(ip("172.17.0.2")).bytes()).containsExactly(2, 0x42, 0xac, 0x11, 0, 2);
        assertThatThrownBy(() -> new MacAddress("02:42:ac:11:00")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void poolAvoidsWhatTheHostReaches() {
        assertThat(PoolChoice.of(List.of())).contains(Subnet.parse("172.17.0.0/16"));
        assertThat(PoolChoice.of(List.of(Subnet.parse("172.17.0.1/32"), Subnet.parse("172.18.4.0/24"))))
                .contains(Subnet.parse("172.19.0.0/16"));
        assertThat(PoolChoice.of(List.of(Subnet.parse("172.16.0.0/12")))).contains(Subnet.parse("192.168.0.0/20"));
        assertThat(PoolChoice.of(List.of(Subnet.parse("172.16.0.0/12"), Subnet.parse("192.168.0.0/16"))))
                .isEmpty();
    }

    @Test
    void givesEveryAddressOnceAndThenNone() {
        AddressPool pool = new AddressPool(SMALL, ip("192.0.2.1"));
        List<Ipv4Address> given = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            given.add(pool.take("c" + i).orElseThrow());
        }
        assertThat(given)
                .extracting(Object::toString)
                .containsExactly("192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6");
        assertThat(pool.take("late")).isEmpty();
        pool.giveBack("c0", ip("192.0.2.3"));
        assertThat(pool.take("late")).as("only its owner gives an address back").isEmpty();
        pool.giveBack("c1", ip("192.0.2.3"));
        assertThat(pool.take("late")).contains(ip("192.0.2.3"));
    }

    @Test
    void returnedAddressesRest() {
        AddressPool pool = new AddressPool(SMALL, ip("192.0.2.1"));
        Ipv4Address first = pool.take("a").orElseThrow();
        pool.giveBack("a", first);
        assertThat(pool.take("b")).isNotEqualTo(first).isPresent();
    }

    @Test
    void takesANamedAddressOnlyIfItIsFree() {
        AddressPool pool = new AddressPool(SMALL, ip("192.0.2.1"));
        assertThat(pool.take("a", ip("192.0.2.4"))).isTrue();
        assertThat(pool.take("a", ip("192.0.2.4"))).isTrue();
        assertThat(pool.take("b", ip("192.0.2.4"))).isFalse();
        for (String never : List.of("192.0.2.0", "192.0.2.1", "192.0.2.7", "192.0.3.4")) {
            assertThat(pool.take("b", ip(never))).as(never).isFalse();
        }
    }
}
