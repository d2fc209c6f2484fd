package dev.ferry.migration.journal;

/**
 * Durable entries in the order of their sequence numbers. One engine at a time has it open.
 *
 * <p>An implementation is opened by replaying: every entry that was ever acknowledged and not forgotten comes back, in order. An entry whose
 * {@link #append} did not return, because the power went, may come back or not; a torn one does not, and nothing is written behind it.
 *
 * {@snippet :
 * try (MigrationJournal journal = SegmentedJournal.open(new PlainFiles(), directory, state::apply, reserve)) {
 *     journal.append(HANDED_OVER, epoch, payload); // durable from here on
 *     answerThePostDump();
 * }
 * }
 */
public interface MigrationJournal extends AutoCloseable {

    /**
     * Writes an entry and waits until it is durable. Entries of threads that wait at the same time share one sync. May be called by any number
     * of threads; blocks on the disk, so not on a carrier of virtual threads.
     *
     * @return its sequence number
     * @throws JournalFull before anything is written
     * @throws JournalFailed when it may or may not be durable
     */
    long append(int type, long epoch, String payload) throws JournalException;

    /**
     * Drops entries that nobody needs any more, as far as whole segments hold nothing else.
     *
     * @param sequence the first that is still needed
     */
    void forgetBefore(long sequence) throws JournalException;

    /** Waits for what is being written. Later calls of {@link #append} fail. */
    @Override
    void close() throws JournalException;
}
