package dev.ferry.runtime.capability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilitySetTest {
    private static final CapabilitySet EVERYTHING = new CapabilitySet((1L << Capability.values().length) - 1);

    @Test
    void defaultIsTheMaskThatDockerShows() {
        assertThat(CapabilitySet.DEFAULT).hasToString("00000000a80425fb");
    }

    @Test
    void numbersFollowTheKernelsHeader() {
        assertThat(Capability.of("CAP_CHOWN").number()).isZero();
        assertThat(Capability.of("sys_admin").number()).isEqualTo(21);
        assertThat(Capability.of("CAP_CHECKPOINT_RESTORE").number()).isEqualTo(40);
    }

    @Test
    void addsAndDropsInAnySpelling() {
        CapabilitySet set = CapabilitySet.resolve(List.of("net_admin"), List.of("CAP_MKNOD", "Chown"), EVERYTHING);

        assertThat(set)
                .isEqualTo(CapabilitySet.DEFAULT
                        .minus(CapabilitySet.of(List.of("MKNOD", "CHOWN")))
                        .plus(CapabilitySet.of(List.of("NET_ADMIN"))));
    }

    @Test
    void allAddedIsEverythingAvailableButTheDropped() {
        CapabilitySet available = EVERYTHING.minus(CapabilitySet.of(List.of("SYS_RESOURCE")));

        assertThat(CapabilitySet.resolve(List.of("all"), List.of("SYS_ADMIN"), available))
                .isEqualTo(available.minus(CapabilitySet.of(List.of("SYS_ADMIN"))));
    }

    @Test
    void allDroppedLeavesOnlyTheAdded() {
        assertThat(CapabilitySet.resolve(List.of("KILL"), List.of("ALL"), EVERYTHING)
                        .names())
                .containsExactly("CAP_KILL");
        assertThat(CapabilitySet.resolve(List.of(), List.of("ALL"), EVERYTHING)).isEqualTo(CapabilitySet.EMPTY);
    }

    @Test
    void unknownNamesAreRefusedInDockersWords() {
        assertThatThrownBy(() -> CapabilitySet.resolve(List.of("CAP_MOON"), List.of(), EVERYTHING))
                .isInstanceOf(UnknownCapability.class)
                .hasMessage("unknown capability: \"CAP_MOON\"");
    }

    @Test
    void oneThatThisHostLacksIsRefusedOnlyWhenAskedForByName() {
        CapabilitySet poor = EVERYTHING.minus(CapabilitySet.of(List.of("SYS_RESOURCE", "AUDIT_WRITE")));

        assertThatThrownBy(() -> CapabilitySet.resolve(List.of("SYS_RESOURCE"), List.of(), poor))
                .isInstanceOf(CapabilityUnavailable.class)
                .hasMessageContaining("CAP_SYS_RESOURCE");
        assertThat(CapabilitySet.resolve(List.of(), List.of(), poor).contains(Capability.AUDIT_WRITE))
                .isFalse();
    }

    @Test
    void readsTheKernelsMask() throws Exception {
        assertThat(CapabilitySet.parse("Name:\tx\nCapEff:\t00000000a80425fb\nCapBnd:\t0\n", "CapEff"))
                .isEqualTo(CapabilitySet.DEFAULT);
        assertThat(CapabilitySet.ofSelf().minus(CapabilitySet.boundingOfSelf())).isEqualTo(CapabilitySet.EMPTY);
    }
}
