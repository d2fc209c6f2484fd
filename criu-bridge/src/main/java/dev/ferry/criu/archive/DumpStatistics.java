package dev.ferry.criu.archive;

/**
 * CRIU's figures of one dump, as {@code stats-dump} has them. Times in microseconds; pages of the kernel's page size.
 *
 * @param freezing until every task stood still
 * @param frozen while every task stood still
 * @param memoryDump while memory was collected
 * @param memoryWrite while memory was written
 * @param pagesScanned pages looked at
 * @param pagesWritten pages in the images
 */
public record DumpStatistics(
        long freezing, long frozen, long memoryDump, long memoryWrite, long pagesScanned, long pagesWritten) {
    /** Of a dump that left no figures. */
    public static final DumpStatistics NONE = new DumpStatistics(0, 0, 0, 0, 0, 0);
}
