package dev.ferry.criu.archive;

import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The processor as a program can see it: a program may have chosen its code by these instructions and would die without them.
 *
 * @param vendor as in /proc/cpuinfo: "GenuineIntel"; of ARM the implementer's number, "0x41"
 * @param features instruction set extensions that a program can use, sorted
 */
public record CpuFacts(String vendor, int family, int model, List<String> features) {
    /**
     * The words of /proc/cpuinfo's flags that stand for instructions or registers of user space. The others (virtualisation, power,
     * mitigations) may differ between hosts without any program noticing.
     */
    private static final Set<String> VISIBLE = Set.of(
            "3dnow",
            "3dnowext",
            "abm",
            "adx",
            "aes",
            "amx_bf16",
            "amx_complex",
            "amx_fp16",
            "amx_int8",
            "amx_tile",
            "avx",
            "avx2",
            "avx512_4fmaps",
            "avx512_4vnniw",
            "avx512_bf16",
            "avx512_bitalg",
            "avx512_fp16",
            "avx512_vbmi2",
            "avx512_vnni",
            "avx512_vp2intersect",
            "avx512_vpopcntdq",
            "avx512bw",
            "avx512cd",
            "avx512dq",
            "avx512er",
            "avx512f",
            "avx512ifma",
            "avx512pf",
            "avx512vbmi",
            "avx512vl",
            "avx_ifma",
            "avx_ne_convert",
            "avx_vnni",
            "avx_vnni_int16",
            "avx_vnni_int8",
            "bmi1",
            "bmi2",
            "cldemote",
            "clflushopt",
            "clwb",
            "clzero",
            "cmov",
            "cmpccxadd",
            "cx16",
            "cx8",
            "enqcmd",
            "erms",
            "f16c",
            "fma",
            "fma4",
            "fsgsbase",
            "fsrm",
            "fxsr",
            "gfni",
            "hle",
            "lahf_lm",
            "lm",
            "lwp",
            "mmx",
            "mmxext",
            "monitorx",
            "movbe",
            "movdir64b",
            "movdiri",
            "ospke",
            "pclmulqdq",
            "pku",
            "pni",
            "popcnt",
            "prefetchi",
            "rdpid",
            "rdpru",
            "rdrand",
            "rdseed",
            "rdtscp",
            "rtm",
            "serialize",
            "sha512",
            "sha_ni",
            "shstk",
            "sm3",
            "sm4",
            "sse",
            "sse2",
            "sse4_1",
            "sse4_2",
            "sse4a",
            "ssse3",
            "tbm",
            "uintr",
            "user_shstk",
            "vaes",
            "vpclmulqdq",
            "waitpkg",
            "wbnoinvd",
            "xgetbv1",
            "xop",
            "xsave",
            "xsavec",
            "xsaveopt",
            "xsaves");

    public CpuFacts {
        features = List.copyOf(features);
    }

    /**
     * Reads the first processor of a text in the form of /proc/cpuinfo (proc(5)), which each architecture writes in its own words. The
     * features of aarch64 are those that the kernel tells programs of (AT_HWCAP), the same on every core: none is left out.
     */
    static CpuFacts parse(List<String> cpuinfo) {
        String vendor = "unknown";
        int family = 0;
        int model = 0;
        NavigableSet<String> features = new TreeSet<>();
        for (String line : cpuinfo) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                break;
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).strip()) {
                case "vendor_id" -> vendor = value;
                case "cpu family" -> family = Integer.parseInt(value);
                case "model" -> model = Integer.parseInt(value);
                case "CPU implementer" -> vendor = value;
                case "CPU architecture" -> family = Integer.parseInt(value);
                case "CPU part" -> model = Integer.decode(value);
                case "Features" -> features.addAll(List.of(value.split(" ", -1)));
                case "flags" -> {
                    for (String word : value.split(" ", -1)) {
                        if (VISIBLE.contains(word)) {
                            features.add(word);
                        }
                    }
                }
                default -> {
                    // not a fact that a program depends on
                }
            }
        }
        return new CpuFacts(vendor, family, model, List.copyOf(features));
    }

    /** The features of {@code other} that are absent here, sorted. */
    public List<String> lacks(CpuFacts other) {
        NavigableSet<String> missing = new TreeSet<>(other.features);
        features.forEach(missing::remove);
        return List.copyOf(missing);
    }
}
