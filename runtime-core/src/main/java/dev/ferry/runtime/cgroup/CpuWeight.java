package dev.ferry.runtime.cgroup;

/** How much of the processors a cgroup gets beside others, as version 2 counts it. */
public final class CpuWeight {
    private CpuWeight() {}

    /**
     * Shares (2 to 262144, 1024 is ordinary) as a weight (1 to 10000, 100 is ordinary): a parabola through these three points on
     * logarithmic scales. The straight line that runtimes used before made an ordinary container weigh 39 against the 100 of
     * everything else on the host.
     */
    public static long ofShares(long shares) {
        if (shares <= 2) {
            return 1;
        }
        if (shares >= 262_144) {
            return 10_000;
        }
        double l = Math.log((double) shares) / Math.log(2);
        double exponent = (l * l + 125 * l) / 612.0 - 7.0 / 34.0;
        // 1024 must give 100 and not, by the last bit of a double, 101
        return (long) Math.ceil(Math.pow(10, exponent) - 1e-9);
    }
}
