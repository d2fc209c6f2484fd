package dev.ferry.runtime.oci;

import java.util.List;

/** The five capability sets of the program, by name ({@code CAP_CHOWN}). capabilities(7) */
public record ProcessCapabilities(
        List<String> bounding,
        List<String> effective,
        List<String> inheritable,
        List<String> permitted,
        List<String> ambient) {

    public ProcessCapabilities {
        bounding = Required.list(bounding);
        effective = Required.list(effective);
        inheritable = Required.list(inheritable);
        permitted = Required.list(permitted);
        ambient = Required.list(ambient);
    }

    /** Bounding, effective and permitted alike; nothing inheritable or ambient: what containers get. */
    public static ProcessCapabilities of(List<String> names) {
        return new ProcessCapabilities(names, names, List.of(), names, List.of());
    }
}
