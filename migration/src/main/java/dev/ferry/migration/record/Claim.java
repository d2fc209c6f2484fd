package dev.ferry.migration.record;

/** A migration has named an epoch of a container. */
record Claim(String container, long epoch, String migration) {}
