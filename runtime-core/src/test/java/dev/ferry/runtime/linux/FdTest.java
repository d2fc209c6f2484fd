package dev.ferry.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.testing.LeakChecked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

@LeakChecked
final class FdTest {
    private static Fd open() throws SyscallException {
        return OpenFiles.open(Path.of("/dev/null"), OpenFlags.O_RDWR);
    }

    @Test
    void hasNoNumberOnceClosed() throws Exception {
        Fd fd = open();
        assertThat(fd.number()).isNotNegative();
        fd.close();
        assertThat(fd.isOpen()).isFalse();
        assertThatThrownBy(fd::number).isInstanceOf(IllegalStateException.class);
        fd.close();
    }

    @Test
    void releasedDescriptorStaysOpenForItsNewOwner() throws Exception {
        Fd first = open();
        Fd second = Fd.adopt(first.release());
        first.close();
        OpenFiles.write(second, new byte[1], 0, 1);
        second.close();
        assertThatThrownBy(first::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void duplicatesAreParkedHighAndCloseOnExec() throws Exception {
        try (Fd fd = open();
                Fd parked = fd.duplicateAtLeast(64)) {
            assertThat(parked.number()).isGreaterThanOrEqualTo(64);
            String facts = Files.readString(Path.of("/proc/self/fdinfo/" + parked.number()));
            long flags = Long.parseLong(facts.replaceAll("(?s).*flags:\\s*(\\d+).*", "$1"), 8);
            assertThat(flags & OpenFlags.O_CLOEXEC).isNotZero();
        }
    }

    @Test
    void errnoBelongsToItsOwnCall() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 4; t++) {
            boolean absent = t % 2 == 0;
            Path path = Path.of(absent ? "/no/such/file" : "/dev/null/below");
            Errno expected = absent ? Errno.ENOENT : Errno.ENOTDIR;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 20_000; i++) {
                    try (Fd unexpected = OpenFiles.open(path, OpenFlags.O_RDONLY)) {
                        wrong.add("opened " + unexpected);
                    } catch (SyscallException e) {
                        if (!e.is(expected)) {
                            wrong.add(e.getMessage());
                        }
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void closingWhatIsNotOpenIsAMistakeOfTheProgram() {
        assertThatThrownBy(() -> Fd.adopt(1_000_000).close()).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> Fd.adopt(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
