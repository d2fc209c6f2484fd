/**
 * Control groups that systemd makes: a container's processes live in a transient scope unit, which is asked for over D-Bus.
 *
 * <p>Begin with {@link dev.ferry.runtime.systemd.Scope}. Below it are {@link dev.ferry.runtime.systemd.Systemd}, the few methods of the
 * service manager that this takes, and {@link dev.ferry.runtime.systemd.Bus}, as much of D-Bus as they take; ADR 0024 says why that is our
 * own. A call of the runtime that has nothing to do with systemd loads no class of this package.
 *
 * <p>Words: a <i>scope</i> is a unit for processes that systemd has not started; a <i>slice</i> is a unit that scopes lie in; a <i>job</i> is
 * systemd's work on a request, which it answers before it has begun.
 */
@NullMarked
package dev.ferry.runtime.systemd;

import org.jspecify.annotations.NullMarked;
