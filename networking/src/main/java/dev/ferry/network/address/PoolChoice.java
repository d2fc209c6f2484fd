package dev.ferry.network.address;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which range a bridge gets when nobody says so: docker's candidates in docker's order, less what the host reaches otherwise. */
public final class PoolChoice {
    private PoolChoice() {}

    /**
     * The first range that has nothing in common with those in use.
     *
     * @param used where the host's routes and addresses lead
     */
    public static Optional<Subnet> of(List<Subnet> used) {
        return candidates().stream()
                .filter(candidate -> used.stream().noneMatch(candidate::overlaps))
                .findFirst();
    }

    private static List<Subnet> candidates() {
        List<Subnet> all = new ArrayList<>();
        for (int second = 17; second <= 31; second++) {
            all.add(Subnet.parse("172." + second + ".0.0/16"));
        }
        for (int third = 0; third < 256; third += 16) {
            all.add(Subnet.parse("192.168." + third + ".0/20"));
        }
        return all;
    }
}
