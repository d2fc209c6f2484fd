package dev.ferry.runtime.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Aarch64EncoderTest {
    /** Address, word and text of each instruction, as GNU as 2.40 and LLVM 14 assemble the text and GNU objdump shows it. */
    private static final String LISTING = """
            0: d2820013 mov x19, #0x1000
            4: f2a00a13 movk x19, #0x50, lsl #16
            8: d2846814 mov x20, #0x2340
            c: f2a00a34 movk x20, #0x51, lsl #16
            10: b9400268 ldr w8, [x19]
            14: f9400660 ldr x0, [x19, #8]
            18: f9400000 ldr x0, [x0]
            1c: f9400a61 ldr x1, [x19, #16]
            20: f9400021 ldr x1, [x1]
            24: f9400e62 ldr x2, [x19, #24]
            28: f9400042 ldr x2, [x2]
            2c: f9401263 ldr x3, [x19, #32]
            30: f9400063 ldr x3, [x3]
            34: f9401664 ldr x4, [x19, #40]
            38: f9400084 ldr x4, [x4]
            3c: f9401a65 ldr x5, [x19, #48]
            40: f94000a5 ldr x5, [x5]
            44: d4000001 svc #0x0
            48: f9401e69 ldr x9, [x19, #56]
            4c: f9000120 str x0, [x9]
            50: b7f800c0 tbnz x0, #63, 0x68
            54: b4000060 cbz x0, 0x60
            58: f9402273 ldr x19, [x19, #64]
            5c: 17ffffed b 0x10
            60: f9402673 ldr x19, [x19, #72]
            64: 17ffffeb b 0x10
            68: b9400669 ldr w9, [x19, #4]
            6c: 2b00013f cmn w9, w0
            70: 54ffff80 b.eq 0x60
            74: a9000293 stp x19, x0, [x20]
            78: f9402a73 ldr x19, [x19, #80]
            7c: 17ffffe5 b 0x10
            """;

    private static byte[] code() {
        return new Aarch64Encoder().interpreter(0x501000, 0x512340);
    }

    @Test
    void wordsAreTheseAndNoOthers() {
        assertThat(words()).containsExactlyElementsOf(column(1));
    }

    /** The widest addresses, whose halves must not run into the bits beside them. */
    @Test
    void addressesFillTheirFields() {
        ByteBuffer code = ByteBuffer.wrap(new Aarch64Encoder().interpreter(0xffff_ffffL, 0x8000_8000L))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(List.of(code.getInt(), code.getInt(), code.getInt(), code.getInt()))
                .containsExactly(0xd29ffff3, 0xf2bffff3, 0xd2900014, 0xf2b00014);
    }

    @Test
    void addressesMustFitTheirInstructions() {
        assertThatThrownBy(() -> new Aarch64Encoder().interpreter(1L << 32, 0)).hasMessageContaining("32 bits");
        assertThatThrownBy(() -> new Aarch64Encoder().interpreter(0, -1)).hasMessageContaining("32 bits");
    }

    @Test
    @Requires(Feature.AARCH64_BINUTILS)
    void theDisassemblerReadsTheSame(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("interpreter");
        Files.write(file, code());
        List<String> lines =
                run("aarch64-linux-gnu-objdump", "-D", "-b", "binary", "-m", "aarch64", file.toString()).stream()
                        .filter(line -> line.matches("\\s+[0-9a-f]+:.*"))
                        .map(line -> line.replaceAll("//.*", "").strip().replaceAll("\\s+", " "))
                        .toList();
        assertThat(lines).containsExactlyElementsOf(LISTING.lines().toList());
    }

    /** The other way round: an assembler that has never seen our words makes them of the text. */
    @Test
    @Requires(Feature.AARCH64_BINUTILS)
    void theAssemblerWritesTheSame(@TempDir Path folder) throws Exception {
        Path source = folder.resolve("interpreter.s");
        Path object = folder.resolve("interpreter.o");
        Path binary = folder.resolve("interpreter");
        String text = String.join("\n", column(2)).replaceAll("(?m)^(b|b.eq|cbz .*|tbnz .*) 0x", "$1 start+0x");
        Files.writeString(source, "start:\n" + text + "\n");
        run("aarch64-linux-gnu-as", source.toString(), "-o", object.toString());
        run("aarch64-linux-gnu-objcopy", "-O", "binary", object.toString(), binary.toString());
        assertThat(Files.readAllBytes(binary)).isEqualTo(code());
    }

    private static List<String> words() {
        ByteBuffer code = ByteBuffer.wrap(code()).order(ByteOrder.LITTLE_ENDIAN);
        List<String> words = new ArrayList<>();
        while (code.hasRemaining()) {
            words.add("%08x".formatted(code.getInt()));
        }
        return words;
    }

    private static List<String> column(int number) {
        return LISTING.lines().map(line -> line.split(" ", 3)[number]).toList();
    }

    private static List<String> run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }
}
