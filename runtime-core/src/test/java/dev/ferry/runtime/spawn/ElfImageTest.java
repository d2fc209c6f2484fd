package dev.ferry.runtime.spawn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel's loader asks of a file, binfmt_elf.c, for pages of every size. */
final class ElfImageTest {
    private static final int PT_LOAD = 1;
    private static final int EXECUTE_READ = 5;
    private static final int READ_WRITE = 6;
    private static final long LARGEST_PAGE = 0x10000;

    private record Segment(int flags, long offset, long address, long fileSize, long memorySize) {
        long firstPage() {
            return address / LARGEST_PAGE;
        }

        long lastPage() {
            return (address + memorySize - 1) / LARGEST_PAGE;
        }
    }

    private static ByteBuffer image(Architecture architecture) {
        ProgramBuilder p = new ProgramBuilder("image", ProgramBuilder.STATUS);
        p.block("much that is zero", 300_000);
        p.exit(0);
        return ByteBuffer.wrap(ElfImage.of(p.build(), MachineEncoder.of(architecture)))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** elf(5), and the EM_* numbers of linux/elf-em.h. */
    @Test
    void theHeaderNamesTheMachine() {
        assertThat(image(Architecture.X86_64).getShort(18)).isEqualTo((short) 62);
        assertThat(image(Architecture.AARCH64).getShort(18)).isEqualTo((short) 183);
    }

    @ParameterizedTest
    @EnumSource
    void segmentsCanBeMappedOnPagesOfAnySize(Architecture architecture) {
        List<Segment> segments = loaded(image(architecture));
        assertThat(segments).extracting(Segment::flags).containsExactly(EXECUTE_READ, READ_WRITE);
        assertThat(segments)
                .allSatisfy(segment -> assertThat(segment.address() % LARGEST_PAGE)
                        .as("what mmap(2) can put at 0x%x", segment.address())
                        .isEqualTo(segment.offset() % LARGEST_PAGE));
        assertThat(segments.getFirst().lastPage()).isLessThan(segments.getLast().firstPage());
    }

    @ParameterizedTest
    @EnumSource
    void segmentsHoldTheCodeAndTheMemory(Architecture architecture) {
        ByteBuffer image = image(architecture);
        Segment code = loaded(image).getFirst();
        Segment memory = loaded(image).getLast();
        long entry = image.getLong(24);
        assertThat(entry).isBetween(code.address(), code.address() + code.fileSize() - 1);
        assertThat(code.fileSize()).isLessThanOrEqualTo(memory.offset());
        assertThat(memory.address()).isEqualTo(ProgramMemory.stepAddress(0));
        assertThat(memory.offset() + memory.fileSize()).isEqualTo(image.capacity());
        assertThat(memory.memorySize()).isGreaterThan(300_000).isGreaterThan(memory.fileSize());
        assertThat(image.getInt((int) memory.offset())).isEqualTo(architecture.numberOf(Syscall.EXIT_GROUP));
    }

    private static List<Segment> loaded(ByteBuffer image) {
        List<Segment> segments = new ArrayList<>();
        int at = (int) image.getLong(32);
        for (int i = 0; i < image.getShort(56); i++, at += image.getShort(54)) {
            if (image.getInt(at) == PT_LOAD) {
                segments.add(new Segment(
                        image.getInt(at + 4),
                        image.getLong(at + 8),
                        image.getLong(at + 16),
                        image.getLong(at + 32),
                        image.getLong(at + 40)));
            }
        }
        return segments;
    }
}
