/**
 * What is said to the kernel over netlink, in bytes: messages, attributes, answers, and the conversations about interfaces.
 *
 * <p>Begin with {@link dev.ferry.network.netlink.RouteSocket}. {@link dev.ferry.network.netlink.RouteMessages} makes messages and
 * {@link dev.ferry.network.netlink.NetlinkReply} reads answers, both without a kernel. Knows nothing of containers. A <i>message</i> has a
 * header, a fixed part that depends on its kind, and attributes; an <i>attribute</i> has a length, a number and a value, which may be
 * attributes again; a <i>conversation</i> is a datagram of messages and the answers to it.
 */
@NullMarked
package dev.ferry.network.netlink;

import org.jspecify.annotations.NullMarked;
