package dev.ferry.store.image;

/**
 * What an image's programs run on, in the words of Go that OCI adopted (image-index.md, "platform").
 *
 * @param architecture {@code amd64}, {@code arm64}, …
 */
record Platform(String operatingSystem, String architecture) {

    static Platform ofHost() {
        String arch = System.getProperty("os.arch", "");
        return new Platform(
                "linux",
                switch (arch) {
                    case "x86_64", "amd64" -> "amd64";
                    case "aarch64" -> "arm64";
                    default -> arch;
                });
    }
}
