/**
 * How long a container stands still while it moves to another host, and what that time is made of.
 *
 * <p>Begin with {@link dev.ferry.bench.migrate.MigrateCommand}. Two hosts of namespaces have a link of a known rate between them. The same program
 * moves there and back by Ferry's engines and by a script around runc, in turns; what is measured are the beats that come out of it, by the
 * clock of whoever reads them. A {@link dev.ferry.bench.migrate.Passage} is one move.
 */
@NullMarked
package dev.ferry.bench.migrate;

import org.jspecify.annotations.NullMarked;
