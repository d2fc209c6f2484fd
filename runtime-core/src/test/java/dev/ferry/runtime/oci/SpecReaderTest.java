package dev.ferry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Written by one hand and read by another: what a component is called is said twice, so every one is filled and compared. */
class SpecReaderTest {
    private int counter;

    @Test
    void whateverIsWrittenComesBack() throws Exception {
        for (int round = 0; round < 40; round++) {
            counter = 1 + 7 * round;
            Spec spec = (Spec) filled(Spec.class);

            assertThat(OciJson.readSpec(OciJson.write(spec))).isEqualTo(spec);
        }
    }

    @Test
    void aStateIsWrittenAsEverythingElseIs() throws Exception {
        var state = (State) filled(State.class);
        var ended = new State("1.3.0", "id", "stopped", null, "/b", Map.of());
        JsonMapper plain = new JsonMapper();

        assertThat(OciJson.readState(OciJson.write(state))).isEqualTo(state);
        assertThat(OciJson.readState(OciJson.write(ended))).isEqualTo(ended);
        assertThat(OciJson.write(state)).isEqualTo(OciJson.write((Object) state));
        assertThat(OciJson.write(ended)).isEqualTo(OciJson.write((Object) ended));
        assertThat(plain.readTree(OciJson.write(ended)).has("pid")).isFalse();
    }

    private Object filled(Type type) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            Type[] of = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return list(of[0]);
            }
            String first = "name " + counter++;
            String second = "name " + counter++;
            return Map.of(first, filled(of[1]), second, filled(of[1]));
        }
        var plain = (Class<?>) type;
        if (plain.isRecord()) {
            RecordComponent[] components = plain.getRecordComponents();
            Class<?>[] types = new Class<?>[components.length];
            Object[] values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] = component(plain, components[i]);
            }
            var constructor = plain.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        }
        return value(plain);
    }

    /** All kinds of namespaces, each once; and two of everything else. */
    private List<Object> list(Type type) throws ReflectiveOperationException {
        if (type == LinuxNamespace.class) {
            List<Object> all = new ArrayList<>();
            for (NamespaceKind kind : NamespaceKind.values()) {
                all.add(new LinuxNamespace(kind, "/ns/" + kind));
            }
            return all;
        }
        return List.of(filled(type), filled(type));
    }

    /** What the records' constructors check has a value that passes. */
    private Object component(Class<?> record, RecordComponent component) throws ReflectiveOperationException {
        String name = record.getSimpleName() + "." + component.getName();
        return switch (name) {
            case "Rlimit.type" -> "RLIMIT_CORE";
            case "LinuxDevice.type", "DeviceRule.type" -> "c";
            case "DeviceRule.access" -> "rw";
            case "HugepageLimit.pageSize" -> counter++ + "MB";
            case "Process.oomScoreAdj" -> counter++ % 1000;
            case "Condition.index" -> counter++ % 6;
            default -> filled(component.getGenericType());
        };
    }

    private Object value(Class<?> type) {
        int next = counter++;
        if (type == String.class) {
            return "text " + next + " \"é\n";
        }
        if (type == int.class || type == Integer.class) {
            return next;
        }
        if (type == long.class || type == Long.class) {
            return (long) next;
        }
        if (type == boolean.class || type == Boolean.class) {
            return next % 2 == 0;
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[next % type.getEnumConstants().length];
        }
        throw new AssertionError("no value for " + type);
    }
}
