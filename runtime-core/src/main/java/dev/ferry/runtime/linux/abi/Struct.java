package dev.ferry.runtime.linux.abi;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * One C struct: its name, its header and its layout.
 *
 * @param cName the type in C, such as {@code struct timespec}
 * @param header the header that declares it
 * @param layout its members, padding spelled out
 */
public record Struct(String cName, String header, StructLayout layout) {

    /** {@code sizeof}. */
    public int size() {
        return Math.toIntExact(layout.byteSize());
    }

    /** {@code offsetof} of a member. */
    public int offset(String member) {
        return Math.toIntExact(layout.byteOffset(MemoryLayout.PathElement.groupElement(member)));
    }
}
