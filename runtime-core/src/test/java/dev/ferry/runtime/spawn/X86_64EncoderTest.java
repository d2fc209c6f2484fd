package dev.ferry.runtime.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class X86_64EncoderTest {
    private static byte[] code() {
        return new X86_64Encoder().interpreter(0x500000, 0x512340);
    }

    @Test
    void bytesAreTheseAndNoOthers() {
        assertThat(HexFormat.of().formatHex(code()))
                .isEqualTo("bb00005000" + "bd40235100" // mov ebx, ...; mov ebp, ...
                        + "8b03" // mov eax, [rbx]
                        + "488b7b08488b3f" + "488b7310488b36" + "488b5318488b12"
                        + "4c8b53204d8b12" + "4c8b43284d8b00" + "4c8b4b304d8b09"
                        + "0f05" // syscall
                        + "488b4b38" + "488901" // mov rcx, [rbx+56]; mov [rcx], rax
                        + "4885c0" + "780e" + "7406" // test; js; jz
                        + "488b5b40" + "ebbe" // positive
                        + "488b5b48" + "ebb8" // zero
                        + "89c1" + "f7d9" + "3b4b04" + "74f1" // error: tolerated?
                        + "48895d00" + "48894508" + "488b5b50" + "eba1");
    }

    @Test
    void addressesMustFitTheirInstructions() {
        assertThatThrownBy(() -> new X86_64Encoder().interpreter(1L << 40, 0)).hasMessageContaining("31 bits");
    }

    @Test
    @Requires(Feature.OBJDUMP)
    void theDisassemblerReadsTheSame(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("interpreter");
        Files.write(file, code());
        Process objdump = new ProcessBuilder(
                        "objdump",
                        "-D",
                        "-b",
                        "binary",
                        "-m",
                        "i386:x86-64",
                        "-M",
                        "intel",
                        "--no-show-raw-insn",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(objdump.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.matches("\\s+[0-9a-f]+:.*"))
                .map(line -> line.strip().replaceAll("\\s+", " ").replaceAll("(QWORD|DWORD) PTR ", ""))
                .toList();
        assertThat(objdump.waitFor()).isZero();
        assertThat(lines)
                .containsExactly(
                        "0: mov ebx,0x500000",
                        "5: mov ebp,0x512340",
                        "a: mov eax,[rbx]",
                        "c: mov rdi,[rbx+0x8]",
                        "10: mov rdi,[rdi]",
                        "13: mov rsi,[rbx+0x10]",
                        "17: mov rsi,[rsi]",
                        "1a: mov rdx,[rbx+0x18]",
                        "1e: mov rdx,[rdx]",
                        "21: mov r10,[rbx+0x20]",
                        "25: mov r10,[r10]",
                        "28: mov r8,[rbx+0x28]",
                        "2c: mov r8,[r8]",
                        "2f: mov r9,[rbx+0x30]",
                        "33: mov r9,[r9]",
                        "36: syscall",
                        "38: mov rcx,[rbx+0x38]",
                        "3c: mov [rcx],rax",
                        "3f: test rax,rax",
                        "42: js 0x52",
                        "44: je 0x4c",
                        "46: mov rbx,[rbx+0x40]",
                        "4a: jmp 0xa",
                        "4c: mov rbx,[rbx+0x48]",
                        "50: jmp 0xa",
                        "52: mov ecx,eax",
                        "54: neg ecx",
                        "56: cmp ecx,[rbx+0x4]",
                        "59: je 0x4c",
                        "5b: mov [rbp+0x0],rbx",
                        "5f: mov [rbp+0x8],rax",
                        "63: mov rbx,[rbx+0x50]",
                        "67: jmp 0xa");
    }
}
