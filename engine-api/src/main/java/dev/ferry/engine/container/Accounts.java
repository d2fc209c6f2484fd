package dev.ferry.engine.container;

import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.runtime.oci.User;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The users and groups of a container's own passwd(5) and group(5).
 *
 * @param passwd lines of /etc/passwd
 * @param group lines of /etc/group
 */
public record Accounts(List<String> passwd, List<String> group) {

    /** Copies the lists. */
    public Accounts {
        passwd = List.copyOf(passwd);
        group = List.copyOf(group);
    }

    /** The two files' texts; an absent file is an empty text. */
    public static Accounts of(String passwdText, String groupText) {
        return new Accounts(
                passwdText.lines().filter(line -> !line.startsWith("#")).toList(),
                groupText.lines().filter(line -> !line.startsWith("#")).toList());
    }

    /** Who a program runs as, and where its home is. */
    public record Account(User user, String home) {}

    /**
     * Resolves {@code user}, {@code uid}, {@code user:group} or {@code uid:gid}; the empty text is root. A group that is named
     * replaces the user's groups.
     *
     * @param extraGroups names or numbers to be added
     * @throws InvalidRequest for a name that is not there
     */
    public Account resolve(String asked, List<String> extraGroups) {
        int colon = asked.indexOf(':');
        String userText = colon < 0 ? asked : asked.substring(0, colon);
        String groupText = colon < 0 ? "" : asked.substring(colon + 1);
        String wanted = userText.isEmpty() ? "0" : userText;
        Optional<Long> number = id(wanted);
        String name = "";
        String home = "/";
        long uid = number.orElse(-1L);
        long gid = 0;
        for (String line : passwd) {
            String[] f = line.split(":", -1);
            if (f.length >= 6 && (f[0].equals(wanted) || (number.isPresent() && f[2].equals(wanted)))) {
                name = f[0];
                uid = id(f[2]).orElse(uid);
                gid = id(f[3]).orElse(0L);
                home = f[5].isEmpty() ? "/" : f[5];
                break;
            }
        }
        if (uid < 0) {
            throw new InvalidRequest(
                    "container.user", "unable to find user " + wanted + ": no matching entries in passwd file");
        }
        Set<Long> groups = new LinkedHashSet<>();
        if (!groupText.isEmpty()) {
            gid = groupId(groupText);
        } else if (!name.isEmpty()) {
            groups.addAll(memberships(name));
        }
        for (String extra : extraGroups) {
            groups.add(groupId(extra));
        }
        return new Account(new User(uid, gid, null, new ArrayList<>(groups), null), home);
    }

    private List<Long> memberships(String name) {
        List<Long> found = new ArrayList<>();
        for (String line : group) {
            String[] f = line.split(":", -1);
            if (f.length >= 4 && List.of(f[3].split(",", -1)).contains(name)) {
                id(f[2]).ifPresent(found::add);
            }
        }
        return found;
    }

    private long groupId(String text) {
        for (String line : group) {
            String[] f = line.split(":", -1);
            if (f.length >= 3 && f[0].equals(text)) {
                Optional<Long> known = id(f[2]);
                if (known.isPresent()) {
                    return known.get();
                }
            }
        }
        return id(text).orElseThrow(() -> new InvalidRequest(
                "container.group", "unable to find group " + text + ": no matching entries in group file"));
    }

    private static Optional<Long> id(String text) {
        if (text.isEmpty() || text.length() > 10 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        long value = Long.parseLong(text);
        return value > Integer.MAX_VALUE ? Optional.empty() : Optional.of(value);
    }
}
