package dev.ferry.network.port;

import dev.ferry.network.address.Ipv4Address;

/**
 * One port that a user wants published.
 *
 * @param host at which address of the host, {@link Ipv4Address#ANY} for each
 * @param first the lowest host port that will do; 0 for any that is free
 * @param last the highest
 * @param containerPort 1 to 65535
 */
public record PortRequest(Transport transport, Ipv4Address host, int first, int last, int containerPort) {
    private static final int HIGHEST = 65535;

    /**
     * Reads what the API has.
     *
     * @param port {@code 80/tcp}, or {@code 80}
     * @param hostIp empty for every address
     * @param hostPort {@code 8080}, {@code 8080-8090} for one of them, empty or 0 for any
     * @throws IllegalArgumentException with a text for the user
     */
    public static PortRequest parse(String port, String hostIp, String hostPort) {
        int slash = port.indexOf('/');
        Transport transport = Transport.of(slash < 0 ? "" : port.substring(slash + 1));
        int containerPort = number(slash < 0 ? port : port.substring(0, slash), "invalid containerPort: " + port);
        if (containerPort == 0) {
            throw new IllegalArgumentException("invalid containerPort: " + port);
        }
        Ipv4Address host = host(hostIp);
        if (hostPort.isEmpty() || hostPort.equals("0")) {
            return new PortRequest(transport, host, 0, 0, containerPort);
        }
        String wrong = "invalid port specification: \"" + hostPort + "\"";
        int dash = hostPort.indexOf('-');
        int first = number(dash < 0 ? hostPort : hostPort.substring(0, dash), wrong);
        int last = dash < 0 ? first : number(hostPort.substring(dash + 1), wrong);
        if (first == 0 || last < first) {
            throw new IllegalArgumentException(wrong);
        }
        return new PortRequest(transport, host, first, last, containerPort);
    }

    /** Whether nobody said which port of the host. */
    public boolean isForAny() {
        return first == 0;
    }

    /** Whether a port is what was asked for. */
    public boolean allows(PublishedPort port) {
        return port.transport() == transport
                && port.host().equals(host)
                && port.containerPort() == containerPort
                && (isForAny() || (port.hostPort() >= first && port.hostPort() <= last));
    }

    PublishedPort at(int hostPort) {
        return new PublishedPort(transport, host, hostPort, containerPort);
    }

    private static Ipv4Address host(String hostIp) {
        if (hostIp.contains(":")) {
            throw new IllegalArgumentException("cannot publish at [" + hostIp
                    + "]: this engine's default network has IPv4 only: name an IPv4 address, or none");
        }
        return hostIp.isEmpty()
                ? Ipv4Address.ANY
                : Ipv4Address.read(hostIp)
                        .orElseThrow(() -> new IllegalArgumentException("invalid IP address: " + hostIp));
    }

    private static int number(String text, String wrong) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= HIGHEST && Character.isDigit(text.charAt(0))) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(wrong, e);
        }
        throw new IllegalArgumentException(wrong);
    }
}
